import {
  fenOf,
  lineTotal,
  portion,
  unitPriceOf,
  ZERO,
  type Fen,
  type Quantity,
  type UnitPrice,
} from '@yibao/schema/money'
import type { SplitLine } from './split-input.ts'
import type { LineSplit } from './split-result.ts'

/**
 * Level 1: what of a line the catalogue leaves in scope. A refund line mirrors its charge to the fen, because every
 * amount is rounded away from zero.
 */
export function classify(line: SplitLine): LineSplit {
  const refusal = refusalOf(line)
  if (refusal !== null) return selfPaid(line, refusal)
  const overCeiling = overCeilingOf(line)
  if (overCeiling !== ZERO && line.item.overCeiling === 'WHOLE_LINE') return selfPaid(line, 'OVER_CEILING_WHOLE')
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

function refusalOf({ item, approval }: SplitLine): LineSplit['rule'] | null {
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
