import { fenOf, ZERO } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { percent, yuan, type Step } from './explain-step.ts'
import type { Base, FundPayer, Policy, Source } from './policy.ts'
import type { ResolvedAccount, ResolvedFund } from './policy-resolve.ts'
import type { BandPart, CapUse, PayerSplit } from './split-result.ts'

/** The steps of one payer: its base, what the deductible took, what each band paid, what the cap cut. */
export function payerSteps(
  split: PayerSplit,
  { payer, ...rest }: ResolvedFund | ResolvedAccount,
  { policy, first }: { readonly policy: Policy; readonly first: boolean },
): Step[] {
  const sourceOf = (key: string): Source | null => policy.pool.sources.get(key) ?? null
  if (payer.kind === 'ACCOUNT') return [accountStep(split, sourceOf(payer.source))]
  const position = rest.kind === 'FUND' ? rest.tariff.position : payer.bands.position
  return [
    baseStep(split, payer, { first, source: sourceOf(payer.source) }),
    ...deductibleSteps(split, payer, sourceOf),
    ...split.bands.map((band) => bandStep(band, position, sourceOf(payer.bands.source))),
    ...capSteps(split, payer, sourceOf),
  ]
}

const BASES: Readonly<Record<Base['kind'], Text>> = {
  REMAINING: { zh: '计入范围的个人负担部分', en: 'what is left of the parts in scope' },
  EXCESS: { zh: '前一支付方封顶线以上部分', en: 'what exceeds the cap of the payer before' },
  COPAY: { zh: '前面支付方的个人自付部分', en: 'the person’s share under the payers before' },
}

/** Before the first payer nothing was paid, so nothing is "left". */
const FIRST_BASE: Text = { zh: '本支付方计算的费用', en: 'the parts of the bill this payer looks at' }

const baseStep = (
  split: PayerSplit,
  { base }: FundPayer,
  { first, source }: { readonly first: boolean; readonly source: Source | null },
): Step => ({
  rule: `BASE_${base.kind}`,
  text: first ? FIRST_BASE : BASES[base.kind],
  formula: yuan(split.base),
  result: split.base,
  source,
})

function deductibleSteps(
  { base, deductible }: PayerSplit,
  payer: FundPayer,
  sourceOf: (key: string) => Source | null,
): Step[] {
  if (deductible === null || payer.deductible === null) return []
  const { standard, used, charged } = deductible
  return [
    {
      rule: 'DEDUCTIBLE',
      text: { zh: '本次起付线', en: 'deductible charged to this bill' },
      formula: `min(${yuan(base)}, max(0, ${yuan(standard)} − ${yuan(used)})) = ${yuan(charged)}`,
      result: charged,
      source: sourceOf(payer.deductible.source),
    },
  ]
}

const bandStep = (
  { from, to, part, ratio, pay }: BandPart,
  position: 'GROSS' | 'NET',
  source: Source | null,
): Step => ({
  rule: `BAND_${position}`,
  text:
    from === ZERO && to === null
      ? { zh: '按比例支付', en: 'paid at one ratio' }
      : {
          zh: to === null ? `${yuan(from)} 以上段` : `${yuan(from)} 至 ${yuan(to)} 段`,
          en: to === null ? `band above ${yuan(from)}` : `band ${yuan(from)} to ${yuan(to)}`,
        },
  formula: `${yuan(part)} × ${percent(ratio)} = ${yuan(pay)}`,
  result: pay,
  source,
})

const CAPS: Readonly<Record<CapUse['unit'], Text>> = {
  FUND_PAID: { zh: '基金最高支付限额', en: 'cap on what the fund pays' },
  FUND_AND_SELF: { zh: '范围内费用限额（含起付线）', en: 'cap on expense in scope, deductible included' },
  EXPENSE_ABOVE_DEDUCTIBLE: { zh: '起付线以上费用限额', en: 'cap on expense above the deductible' },
  BAND_END: { zh: '末档上限', en: 'end of the last band' },
  BALANCE: { zh: '个人账户余额', en: 'account balance' },
}

/** A cap is told only when it cut. */
function capSteps({ cap }: PayerSplit, payer: FundPayer, sourceOf: (key: string) => Source | null): Step[] {
  if (cap === null || cap.cut === ZERO) return []
  const source = payer.caps.find((one) => one.unit === cap.unit)?.source
  return [
    {
      rule: `CAP_${cap.unit}`,
      text: CAPS[cap.unit],
      formula: `max(0, ${yuan(cap.amount)} − ${yuan(cap.used)}) ⇒ −${yuan(cap.cut)}`,
      result: fenOf(-BigInt(cap.cut)),
      source: source === undefined ? null : sourceOf(source),
    },
  ]
}

const accountStep = ({ base, cap, paid }: PayerSplit, source: Source | null): Step => ({
  rule: 'ACCOUNT',
  text: { zh: '个人账户支付', en: 'paid from the personal account' },
  formula: `min(${yuan(base)}, ${yuan(cap?.amount ?? ZERO)}) = ${yuan(paid)}`,
  result: paid,
  source,
})
