import { quantityOf, type Quantity } from '@yibao/schema/money'
import { InvalidInput } from '@yibao/schema/rejection'
import type { Bill } from './bill.ts'
import { refundAmount, squareAmount } from './classify.ts'
import type { PoolRules } from './policy.ts'
import { NOT_REFUND, NOT_SQUARE } from './read-lines.ts'

/** Price × quantity at the pool's own line decimals, which the first reading could not know. */
export function checkAmounts(
  { lines }: Pick<Bill, 'lines'>,
  { rules }: { readonly rules: Pick<PoolRules, 'lineDecimals'> },
): void {
  const decimals = rules.lineDecimals.value
  const left = new Map<string, Quantity>()
  const wrong = lines.flatMap((line, i) => {
    const { serial, price, quantity, refundOf } = line
    const before = refundOf === null ? undefined : left.get(refundOf)
    left.set(refundOf ?? serial, quantityOf((before ?? 0n) + quantity))
    const due = before === undefined ? squareAmount(price, quantity, decimals) : refundAmount(line, before, decimals)
    const message = before === undefined ? NOT_SQUARE : NOT_REFUND
    return line.amount === due ? [] : [{ path: `lines[${i}].amount`, code: 'NOT_PRICE_TIMES_QUANTITY', message }]
  })
  InvalidInput.throwIf(wrong.slice(0, 100))
}
