import { fenOf, minFen, RATE_ONE, sum, ZERO, type Fen, type Rate } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { added, less, percent, step, within, yuan, type Step } from './explain-step.ts'
import type { Base, CapUnit, Policy, Source } from './policy.ts'
import type { RatioParts, ResolvedFund } from './policy-resolve.ts'
import type { SplitInput } from './split-input.ts'
import type { BandPart, PayerSplit, Used } from './split-result.ts'
import { blocksOf } from './split-waterfall.ts'

/** One fund payer of a bill, with everything its steps are told from. */
interface Frame {
  readonly split: PayerSplit
  readonly resolved: ResolvedFund
  readonly used: Used
  readonly input: SplitInput
  readonly base: () => string
  readonly isFirst: boolean
  readonly sourceOf: (key: string) => Source | null
}

const NOTHING_USED: Used = { deductible: ZERO, position: ZERO, caps: [] }

/** The steps of one fund payer: its base, caps, deductible, bands, what it paid, and what it left. */
export function fundSteps(
  split: PayerSplit,
  resolved: ResolvedFund,
  about: {
    readonly policy: Policy
    readonly input: SplitInput
    readonly base: () => string
    readonly isFirst: boolean
  },
): Step[] {
  const sourceOf = (key: string): Source | null => about.policy.pool.sources.get(key) ?? null
  const frame: Frame = { ...about, split, resolved, used: split.used ?? NOTHING_USED, sourceOf }
  const { tariff, payer } = resolved
  const isGross = tariff.position === 'GROSS'
  const steps = [baseStep(frame)]
  const gross = capSteps(frame, steps, split.base, ['FUND_AND_SELF', isGross ? 'BAND_END' : null], () =>
    yuan(split.base),
  )
  deductibleSteps(frame, steps, gross)
  const behind = fenOf(gross - (split.deductible?.charged ?? ZERO))
  const net = capSteps(frame, steps, behind, ['EXPENSE_ABOVE_DEDUCTIBLE', isGross ? null : 'BAND_END'], () =>
    yuan(behind),
  )
  bandSteps(frame, steps)
  const pays = split.bands.map((band) => band.pay)
  const paid = capSteps(frame, steps, sum(pays), ['FUND_PAID', null], () => added(pays))
  const isCut = paid < sum(pays)
  const source = sourceOf(payer.source)
  steps.push(step('PAID', PAID, () => (isCut ? yuan(split.paid) : added(pays)), { result: split.paid, source }))
  restSteps(frame, steps, { net, isCut })
  return steps
}

const BASES: Readonly<Record<Base['kind'], Text>> = {
  REMAINING: { zh: '计入范围的个人负担部分', en: 'what is left of the parts in scope' },
  EXCESS: { zh: '前一支付方封顶线以上部分', en: 'what exceeds the cap of the payer before' },
  COPAY: { zh: '前面支付方的个人自付部分', en: 'the person’s share under the payers before' },
}
/** Before the first payer nothing was paid, so nothing is "left". */
const FIRST_BASE: Text = { zh: '本支付方计算的费用', en: 'the parts of the bill this payer looks at' }
const PAID: Text = { zh: '本支付方支付', en: 'paid by this payer' }

function baseStep({ split, resolved: { payer }, base, isFirst, sourceOf }: Frame): Step {
  const { kind } = payer.base
  const about = { result: split.base, source: sourceOf(payer.source) }
  return step(`BASE_${kind}`, isFirst ? FIRST_BASE : BASES[kind], base, about)
}

const CAPS: Readonly<Record<CapUnit, Text>> = {
  FUND_PAID: { zh: '基金最高支付限额以内', en: 'within the cap on what the fund pays' },
  FUND_AND_SELF: {
    zh: '范围内费用限额（含起付线）以内',
    en: 'within the cap on expense in scope, deductible included',
  },
  EXPENSE_ABOVE_DEDUCTIBLE: { zh: '起付线以上费用限额以内', en: 'within the cap on expense above the deductible' },
  BAND_END: { zh: '末档上限以内', en: 'within the end of the last band' },
}

/** Every cap that looks at this amount, one after the other; gives what they leave of it. */
function capSteps(
  { resolved: { tariff, payer, caps }, used, sourceOf }: Frame,
  steps: Step[],
  amount: Fen,
  [unit, other]: readonly [CapUnit, CapUnit | null],
  expression: () => string,
): Fen {
  let before = amount
  let text = expression
  // The policy may have more caps than hold in this case; those of one unit keep their order.
  tariff.caps.forEach((cap, i) => {
    if (cap.unit !== unit && cap.unit !== other) return
    const { amount: limit } = cap
    const consumed = used.caps[i] ?? ZERO
    const left = minFen(before, limit > consumed ? fenOf(limit - consumed) : ZERO)
    const told = text
    const source = caps[i]?.source ?? payer.source
    steps.push(
      step(`CAP_${cap.unit}`, CAPS[cap.unit], () => within(told(), limit, consumed), {
        result: left,
        source: sourceOf(source),
      }),
    )
    before = left
    text = () => yuan(left)
  })
  return before
}

function deductibleSteps({ split, resolved, input, sourceOf }: Frame, steps: Step[], gross: Fen): void {
  const { deductible } = split
  const stated = resolved.payer.deductible
  if (deductible === null || stated === null) return
  const source = sourceOf(stated.source)
  const { standard, used, charged } = deductible
  const expression = standardFormula(resolved, input)
  if (expression !== null) steps.push(step('STANDARD', STANDARD, () => expression, { result: standard, source }))
  const about = { result: charged, source }
  const left = () => `min(${yuan(gross)}, max(0.00, ${yuan(standard)} − ${yuan(used)}))`
  steps.push(step('DEDUCTIBLE', { zh: '本次起付线', en: 'deductible charged to this bill' }, left, about))
  const rest = { result: fenOf(gross - charged), source }
  steps.push(step('ABOVE_DEDUCTIBLE', ABOVE, () => less(yuan(gross), [charged]), rest))
}

const STANDARD: Text = { zh: '本次适用的起付标准', en: 'the standard that holds for this bill' }
const ABOVE: Text = { zh: '起付线以上费用', en: 'what lies above the deductible' }

/** How the standard comes about where it is not simply the printed one. */
function standardFormula(
  { tariff, stated, daysPerStandard, payer }: ResolvedFund,
  { care }: SplitInput,
): string | null {
  const blocks = daysPerStandard === null ? 1 : blocksOf(care.days, daysPerStandard)
  const rule = care.transfer === undefined ? 'NEW' : (payer.deductible?.transfer ?? 'NEW')
  if (stated === null && blocks === 1 && rule === 'NEW') return null
  if (rule === 'NONE') return '0.00'
  const printed =
    stated === null ? yuan(tariff.standard ?? ZERO) : `round(${yuan(stated.standard)} × ${percent(stated.factor)})`
  const whole = blocks === 1 ? printed : `${printed} × ${blocks}`
  return rule === 'NEW' ? whole : `max(0.00, ${whole} − ${yuan(care.transfer?.charged ?? ZERO)})`
}

function bandSteps({ split, resolved, used, sourceOf }: Frame, steps: Step[]): void {
  const { tariff, payer, ratios } = resolved
  const source = sourceOf(payer.bands.source)
  const charged = split.deductible?.charged ?? ZERO
  const start = tariff.position === 'GROSS' ? fenOf(used.position + charged) : used.position
  if (start !== ZERO && tariff.bands.length > 1) {
    const terms = () => added(tariff.position === 'GROSS' ? [used.position, charged] : [used.position])
    steps.push(step('POSITION', POSITION, terms, { result: start, source }))
  }
  split.bands.forEach((band) => {
    const index = tariff.bands.findIndex((one) => one.from === band.from)
    const ratio = () => ratioFormula(band.ratio, ratios[index])
    const low = start > band.from ? start : band.from
    const expression = () => bandFormula(band, low, { ratio: ratio(), cumulative: tariff.cumulative })
    steps.push(step(`BAND_${tariff.position}`, () => bandText(band), expression, { result: band.pay, source }))
  })
}

const POSITION: Text = { zh: '分段从此处起算', en: 'where in the bands this bill begins' }

const bandText = ({ from, to }: BandPart): Text =>
  from === ZERO && to === null
    ? { zh: '按比例支付', en: 'paid at one ratio' }
    : {
        zh: to === null ? `${yuan(from)} 以上段` : `${yuan(from)} 至 ${yuan(to)} 段`,
        en: to === null ? `band above ${yuan(from)}` : `band ${yuan(from)} to ${yuan(to)}`,
      }

/** The part of the bill in the band, from where it begins to where it ends, at the band's ratio. */
function bandFormula(
  { from, to, part }: BandPart,
  low: Fen,
  { ratio, cumulative }: { readonly ratio: string; readonly cumulative: boolean },
): string {
  const high = fenOf(low + part)
  if (cumulative && low > from) {
    const upTo = (end: Fen) => `round(${span(from, end)} × ${ratio})`
    return `${upTo(high)} − ${upTo(low)}`
  }
  return `${from === ZERO && to === null ? yuan(part) : span(low, high)} × ${ratio}`
}

const span = (low: Fen, high: Fen): string => (low === ZERO ? yuan(high) : `(${yuan(high)} − ${yuan(low)})`)

/** The printed ratio with the points added to it and taken away. */
function ratioFormula(ratio: Rate, parts: RatioParts | undefined): string {
  if (parts === undefined || (parts.bonus === 0n && parts.drop === 0n)) return percent(ratio)
  const { printed, bonus, drop } = parts
  const raised = bonus === 0n ? percent(printed) : `${percent(printed)} + ${percent(bonus)}`
  const kept = printed + bonus > RATE_ONE ? `min(100 %, ${raised})` : raised
  if (drop === 0n) return `(${kept})`
  const least = printed + bonus > RATE_ONE ? RATE_ONE : printed + bonus
  return drop > least ? `max(0 %, ${kept} − ${percent(drop)})` : `(${kept} − ${percent(drop)})`
}

/** What the payer leaves to the person or to a later payer. */
function restSteps(frame: Frame, steps: Step[], { net, isCut }: { readonly net: Fen; readonly isCut: boolean }): void {
  const { split, resolved, sourceOf } = frame
  const source = sourceOf(resolved.payer.source)
  const { base, paid, copay, excess } = split
  const filled = fenOf(paid + copay)
  if (isCut) steps.push(step('FILLED', FILLED, () => filledFormula(frame), { result: filled, source }))
  if (copay !== ZERO)
    steps.push(step('COPAY', COPAY, () => less(yuan(isCut ? filled : net), [paid]), { result: copay, source }))
  const taken = () => [split.deductible?.charged ?? ZERO, isCut ? filled : net]
  if (excess !== ZERO) steps.push(step('EXCESS', EXCESS, () => less(yuan(base), taken()), { result: excess, source }))
}

const FILLED: Text = { zh: '限额内可支付的费用', en: 'the expense that fills the cap' }
const COPAY: Text = { zh: '按比例个人自付', en: 'left to the person by the ratio' }
const EXCESS: Text = { zh: '超过限额部分', en: 'beyond the cap' }

/** The smallest expense whose pay, half up, fills the cap: bands that are full, and of the next one what it takes. */
function filledFormula({ split, resolved: { tariff }, used }: Frame): string {
  const charged = split.deductible?.charged ?? ZERO
  const start = tariff.position === 'GROSS' ? fenOf(used.position + charged) : used.position
  const full: BandPart[] = []
  let left: bigint = split.paid
  for (const band of split.bands) {
    if (left === 0n) break
    if (band.pay >= left) {
      const offset = tariff.cumulative && start > band.from ? fenOf(start - band.from) : ZERO
      const before = offset === ZERO ? '' : ` + round(${yuan(offset)} × ${percent(band.ratio)})`
      const room = less(
        yuan(split.paid),
        full.map((one) => one.pay),
      )
      const expense = `ceil(max(0, ${room}${before} − 0.005) ÷ ${percent(band.ratio)})`
      return less([...full.map((one) => yuan(one.part)), expense].join(' + '), [offset])
    }
    left -= band.pay
    full.push(band)
  }
  return added(full.map((one) => one.part))
}
