import { fenOf, formatQuantity, formatUnitPrice, quantityOf, unitPriceOf, ZERO } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { inParts } from './classify.ts'
import { less, percent, step, yuan, type Step } from './explain-step.ts'
import type { SplitInput, SplitLine } from './split-input.ts'
import type { LineSplit } from './split-result.ts'

const RULES: Readonly<Record<LineSplit['rule'], Text>> = {
  CLASS_C: { zh: '丙类，全自费', en: 'class C, paid by the person' },
  NOT_COVERED: {
    zh: '不在医保目录或不在保障期内，全自费',
    en: 'not in the catalogue or not covered, paid by the person',
  },
  DENIED: { zh: '审核规则不予支付，全自费', en: 'denied by a check, paid by the person' },
  REVIEWED: { zh: '经办审核核减', en: 'reduced by the reviewer of the claim' },
  RESTRICTED: { zh: '限制使用范围未经医院审批，全自费', en: 'restricted use without approval, paid by the person' },
  APPROVAL_REFUSED: { zh: '医院审批未通过，全自费', en: 'approval refused, paid by the person' },
  OVER_CEILING_WHOLE: {
    zh: '超过最高限价，整项自费',
    en: 'above the price ceiling, the whole item paid by the person',
  },
  SPLIT: { zh: '按目录拆分', en: 'split by the catalogue' },
}
const SELF_PAID: Text = { zh: '全自费', en: 'fully self-paid' }
const OVER_CEILING: Text = { zh: '超限价自费', en: 'over the price ceiling' }
const FIRST: Text = { zh: '乙类先行自付', en: 'first self-payment' }

/** A line with what was kept out of scope, part by part, and what came into it. */
export interface ExplainedLine {
  readonly serial: string
  /** What is in scope, and by which rule. */
  readonly step: Step
  /** The other parts, those only that are not nothing. */
  readonly parts: readonly Step[]
}

/** Why a line came into scope, wholly, in part or not at all. */
export function explainLine(
  split: LineSplit,
  { lines, findings }: Pick<SplitInput, 'lines' | 'findings'>,
  index: number,
): ExplainedLine {
  const { serial, selfPaid, overCeiling, firstSelfPayment, inScope } = split
  const amount = fenOf(selfPaid + overCeiling + firstSelfPayment + inScope)
  const parts: Step[] = []
  const cut = split.rule === 'REVIEWED' && inScope !== ZERO
  const own = () => (cut ? less(yuan(amount), [overCeiling, firstSelfPayment, inScope]) : yuan(amount))
  if (selfPaid !== ZERO) parts.push(step('LINE_SELF_PAID', SELF_PAID, own, { result: selfPaid }))
  if (overCeiling !== ZERO)
    parts.push(step('LINE_OVER_CEILING', OVER_CEILING, () => overFormula(lines, index), { result: overCeiling }))
  if (firstSelfPayment !== ZERO)
    parts.push(step('LINE_FIRST_SELF_PAYMENT', FIRST, () => firstFormula(lines, index), { result: firstSelfPayment }))
  const rest = () => less(yuan(amount), [selfPaid, overCeiling, firstSelfPayment])
  const text = textOf(split, lines[index], findings)
  return { serial, step: step(split.rule, text, rest, { result: inScope }), parts }
}

function textOf({ serial, rule }: LineSplit, line: SplitLine | undefined, findings: SplitInput['findings']): Text {
  if (rule === 'DENIED') return deniedBy(line?.refundOf ?? serial, findings)
  const reason = rule === 'REVIEWED' ? line?.review?.reason : undefined
  return reason === undefined ? RULES[rule] : { zh: `${RULES[rule].zh}：${reason}`, en: `${RULES[rule].en}: ${reason}` }
}

/** Names the rules of audit that denied a charge. */
function deniedBy(serial: string, findings: SplitInput['findings'] = []): Text {
  const denying = findings.filter(({ action, lines }) => action === 'DEGRADE_LINE' && lines.includes(serial))
  const rules = [...new Set(denying.map(({ rule, version }) => `${rule} ${version}`))].join(', ')
  return { zh: `${RULES.DENIED.zh}：${rules}`, en: `${RULES.DENIED.en}: ${rules}` }
}

/** A refund line gives back what the charge came to before it less what it comes to after it. */
function overFormula(lines: readonly SplitLine[], index: number): string {
  const { before, after } = statesOf(lines, index)
  return before === null ? excess(after) : `round(${excess(after)}) − round(${excess(before)})`
}

function firstFormula(lines: readonly SplitLine[], index: number): string {
  const { before, after } = statesOf(lines, index)
  return before === null ? share(after) : `round(${share(after)}) − round(${share(before)})`
}

const excess = ({ price, item, quantity }: SplitLine): string =>
  `(${plain(formatUnitPrice(price))} − ${plain(formatUnitPrice(item.ceiling ?? unitPriceOf(0n)))}) × ${plain(formatQuantity(quantity)).replace('-', '−')}`

function share(line: SplitLine): string {
  const { overCeiling } = inParts(line)
  const base = overCeiling === ZERO ? yuan(line.amount) : `(${yuan(line.amount)} − ${yuan(overCeiling)})`
  return `${base} × ${percent(line.item.selfPayRatio)}`
}

/** The line itself, or for a refund the charge it takes back before it and after it. */
function statesOf(lines: readonly SplitLine[], index: number): { before: SplitLine | null; after: SplitLine } {
  const line = lines[index]
  if (line === undefined) throw new Error(`line ${index} is not there`)
  const charge = line.refundOf === undefined ? undefined : lines.slice(0, index).find(isCharge(line.refundOf))
  if (charge === undefined) return { before: null, after: line }
  const earlier = lines.slice(0, index).filter((one) => one.refundOf === charge.serial)
  const before = earlier.reduce(takenBack, charge)
  return { before, after: takenBack(before, line) }
}

const isCharge = (serial: string) => (line: SplitLine) => line.refundOf === undefined && line.serial === serial

const takenBack = (left: SplitLine, refund: SplitLine): SplitLine => ({
  ...left,
  quantity: quantityOf(left.quantity + refund.quantity),
  amount: fenOf(left.amount + refund.amount),
})

/** A decimal without trailing zeros. */
const plain = (text: string): string => text.replace(/\.?0+$/, '')
