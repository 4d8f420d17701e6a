import { ZERO } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { added, less, step, yuan, type Step } from './explain-step.ts'
import type { Amounts, LineSplit, SplitResult } from './split-result.ts'

type Part = 'selfPaid' | 'overCeiling' | 'firstSelfPayment' | 'inScope'

const PARTS: readonly (readonly [Part, string, Text])[] = [
  ['selfPaid', 'SUM_SELF_PAID', { zh: '各明细全自费之和', en: 'fully self-paid, all lines' }],
  ['overCeiling', 'SUM_OVER_CEILING', { zh: '各明细超限价自费之和', en: 'over the ceiling, all lines' }],
  ['firstSelfPayment', 'SUM_FIRST_SELF_PAYMENT', { zh: '各明细先行自付之和', en: 'first self-payment, all lines' }],
  ['inScope', 'SUM_IN_SCOPE', { zh: '各明细符合政策范围金额之和', en: 'in scope, all lines' }],
]

/** That nothing was lost: the lines make the four parts, these the total, and what everybody pays makes it again. */
export function proofOf({ lines, payers, amounts, accountInFund }: SplitResult): Step[] {
  const { total, fundTotal, cash } = amounts
  const parts = PARTS.map(([part, rule, text]) =>
    step(rule, text, () => partFormula(lines, amounts, part), { result: amounts[part] }),
  )
  const four = () => added(PARTS.map(([part]) => amounts[part]))
  const isFund = (fund: string) => fund !== 'hospital' && fund !== 'mutualAid' && (accountInFund || fund !== 'account')
  const funds = () => added(payers.filter((one) => isFund(one.fund)).map((one) => one.paid))
  return [
    ...parts,
    step('SUM_TOTAL', { zh: '四部分之和即费用总额', en: 'the four parts make the total' }, four, { result: total }),
    step('SUM_FUNDS', { zh: '基金支付合计', en: 'paid by the funds' }, funds, { result: fundTotal }),
    step(
      'SUM_PAYERS',
      { zh: '各支付方与现金之和即费用总额', en: 'what all payers and the person pay makes the total' },
      () => added([...payers.map((one) => one.paid), cash]),
      { result: total },
    ),
  ]
}

/** The first self-payment of treatment elsewhere leaves the scope and stands with that of the lines. */
function partFormula(lines: readonly LineSplit[], { crossArea }: Amounts, part: Part): string {
  const sums = added(lines.map((line) => line[part]))
  if (crossArea === ZERO || (part !== 'inScope' && part !== 'firstSelfPayment')) return sums
  return part === 'inScope' ? less(sums, [crossArea]) : `${sums} + ${yuan(crossArea)}`
}
