import { formatQuantity, formatYuan, quantityOf, type Fen, type Quantity } from '@yibao/schema/money'
import { refundAmount } from './classify.ts'
import type { Refund } from './refund-input.ts'
import { settlementNumber } from './settlement-id.ts'
import type { Original } from './take-back.ts'

/** What a refund leaves among the lines of an opened visit: a line that takes back a part of a charge. */
export interface VisitRefund {
  /** The number of the reversal and a place in it: 30 characters that nobody can have given to a line before. */
  readonly serial: string
  readonly refundOf: string
  /** As a line is sent; negative. */
  readonly quantity: string
  readonly amount: Fen
  readonly sentAmount: string
  readonly traceCodes: readonly string[]
}

/**
 * The lines by which a visit remembers a refund when the settlement of what remains is taken back as well: the amount of
 * each is what its charge comes to after it less what it came to before.
 */
export function visitRefundsOf(
  { lines }: Pick<Original, 'lines'>,
  refund: Pick<Refund, 'lines'>,
  { reversal, decimals }: { readonly reversal: string; readonly decimals: 2 | 3 | 4 },
): VisitRefund[] {
  const left = new Map<string, Quantity>()
  for (const { serial, refundOf, quantity } of lines)
    left.set(refundOf ?? serial, quantityOf((left.get(refundOf ?? serial) ?? 0n) + quantity))
  const prices = new Map(lines.map(({ serial, price }) => [serial, price]))
  return refund.lines.flatMap(({ serial, quantity: taken, traceCodes }, i): VisitRefund[] => {
    const price = prices.get(serial)
    const before = left.get(serial)
    if (price === undefined || before === undefined) return []
    const quantity = quantityOf(0n - taken)
    const amount = refundAmount({ price, quantity }, before, decimals)
    return [
      {
        serial: `${settlementNumber(reversal)}-${i.toString(36)}`,
        refundOf: serial,
        quantity: formatQuantity(quantity),
        amount,
        sentAmount: formatYuan(amount),
        traceCodes,
      },
    ]
  })
}
