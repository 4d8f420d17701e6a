import {
  fenOf,
  lineTotal,
  portion,
  quantityOf,
  unitPriceOf,
  ZERO,
  type Fen,
  type Quantity,
  type UnitPrice,
} from '@yibao/schema/money'
import type { LineReview, SplitLine } from './split-input.ts'
import type { LineSplit } from './split-result.ts'

/**
 * Level 1 of a bill's lines. What a refund line gives back is what its charge came to before it less what is left of
 * the charge after it, so that refunds which take a charge back whole leave nothing of it, in one part or in several.
 */
export function classifyLines(lines: readonly SplitLine[]): LineSplit[] {
  const charges = new Map<string, Charge>()
  return lines.map((line) => {
    const charge = line.refundOf === undefined ? undefined : charges.get(line.refundOf)
    if (charge !== undefined) return takeBack(charge, line)
    const parts = classify(line)
    charges.set(line.serial, { left: line, parts })
    return parts
  })
}

/** A charge and what refunds have left of it so far. */
interface Charge {
  left: SplitLine
  parts: LineSplit
}

function takeBack(charge: Charge, refund: SplitLine): LineSplit {
  const { left, parts: before } = charge
  const quantity = quantityOf(left.quantity + refund.quantity)
  charge.left = { ...left, quantity, amount: fenOf(left.amount + refund.amount) }
  // By the rule of the charge: a rest so small that its excess rounds to nothing does not come into scope again.
  const after = before.rule === 'SPLIT' ? inParts(charge.left) : selfPaid(charge.left, before.rule)
  charge.parts = after
  return {
    serial: refund.serial,
    selfPaid: fenOf(after.selfPaid - before.selfPaid),
    overCeiling: fenOf(after.overCeiling - before.overCeiling),
    firstSelfPayment: fenOf(after.firstSelfPayment - before.firstSelfPayment),
    inScope: fenOf(after.inScope - before.inScope),
    rule: before.rule,
  }
}

/** Level 1 of one line: what the catalogue leaves of it in scope. */
export function classify(line: SplitLine): LineSplit {
  const refusal = refusalOf(line)
  if (refusal !== null) return selfPaid(line, refusal)
  if (line.item.overCeiling === 'WHOLE_LINE' && overCeilingOf(line) !== ZERO)
    return selfPaid(line, 'OVER_CEILING_WHOLE')
  return line.review === undefined ? inParts(line) : asReviewed(line, line.review)
}

/** What the catalogue leaves in scope of a line, as far as its reviewer lets it; the rest is the person's. */
function asReviewed(line: SplitLine, { inScope: most }: LineReview): LineSplit {
  const parts = inParts(line)
  if (parts.inScope <= most) return parts
  if (most === ZERO) return selfPaid(line, 'REVIEWED')
  return { ...parts, selfPaid: fenOf(parts.inScope - most), inScope: most, rule: 'REVIEWED' }
}

/** The parts of a line that the catalogue splits. */
export function inParts(line: SplitLine): LineSplit {
  const overCeiling = overCeilingOf(line)
  const base = fenOf(line.amount - overCeiling)
  const firstSelfPayment = line.item.class === 'A' ? ZERO : portion(base, line.item.selfPayRatio)
  return {
    serial: line.serial,
    selfPaid: ZERO,
    overCeiling,
    firstSelfPayment,
    inScope: fenOf(base - firstSelfPayment),
    rule: 'SPLIT',
  }
}

/**
 * The amount a line must carry: price × quantity, half up at the pool's line decimals, then to the fen (published
 * interface rules: line amounts have 2–4 decimals, everything that is paid has two).
 */
export function squareAmount(price: UnitPrice, quantity: Quantity, decimals: 2 | 3 | 4): Fen {
  const total = lineTotal(price, quantity, decimals)
  if (decimals === 2) return fenOf(total)
  const unit = decimals === 3 ? 10n : 100n
  const half = unit / 2n
  return fenOf(total >= 0n ? (total + half) / unit : -((-total + half) / unit))
}

/**
 * The amount a refund line must carry: what its charge came to before it less what it comes to after, which for whole
 * quantities at prices in fen is price × quantity. `left` is the quantity of the charge before the refund.
 */
export const refundAmount = (
  { price, quantity }: Pick<SplitLine, 'price' | 'quantity'>,
  left: Quantity,
  decimals: 2 | 3 | 4,
): Fen =>
  fenOf(squareAmount(price, quantityOf(left + quantity), decimals) - BigInt(squareAmount(price, left, decimals)))

function refusalOf({ item, approval, denied }: SplitLine): LineSplit['rule'] | null {
  if (denied === true) return 'DENIED'
  if (item.class === 'C') return 'CLASS_C'
  if (item.class === 'NONE') return 'NOT_COVERED'
  if (approval === 'REFUSED') return 'APPROVAL_REFUSED'
  if (item.restricted && approval !== 'APPROVED') return 'RESTRICTED'
  return null
}

/** The ceiling is taken before the first self-payment. */
function overCeilingOf({ item, price, quantity }: SplitLine): Fen {
  if (item.ceiling === null || price <= item.ceiling) return ZERO
  return fenOf(lineTotal(unitPriceOf(price - item.ceiling), quantity))
}

const selfPaid = (line: SplitLine, rule: LineSplit['rule']): LineSplit => ({
  serial: line.serial,
  selfPaid: line.amount,
  overCeiling: ZERO,
  firstSelfPayment: ZERO,
  inScope: ZERO,
  rule,
})
