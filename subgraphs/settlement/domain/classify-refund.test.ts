import fc from 'fast-check'
import { quantityOf, rateOf, unitPriceOf } from '@yibao/schema/money'
import { expect, test } from 'vitest'
import { classifyLines, refundAmount, squareAmount } from './classify.ts'
import type { SplitLine } from './split-input.ts'
import type { LineSplit } from './split-result.ts'

const PARTS = ['selfPaid', 'overCeiling', 'firstSelfPayment', 'inScope'] as const
const sumsOf = (lines: readonly LineSplit[]) => PARTS.map((part) => lines.reduce((sum, line) => sum + line[part], 0n))

/** A charge of any class, ratio and ceiling, at any price. */
const charges = fc
  .record({
    price: fc.bigInt({ min: 1n, max: 200_000_000n }),
    quantity: fc.bigInt({ min: 1n, max: 100_000n }),
    ceiling: fc.option(fc.bigInt({ min: 1n, max: 200_000_000n })),
    ratio: fc.bigInt({ min: 0n, max: 10_000n }),
    itemClass: fc.constantFrom('A', 'B', 'C', 'NONE'),
    overCeiling: fc.constantFrom('EXCESS', 'WHOLE_LINE'),
    restricted: fc.boolean(),
    approval: fc.constantFrom('NOT_NEEDED', 'APPROVED', 'REFUSED'),
  })
  .map(({ price, quantity, ceiling, ratio, itemClass, overCeiling, restricted, approval }): SplitLine => ({
    serial: 'charge',
    price: unitPriceOf(price),
    quantity: quantityOf(quantity),
    amount: squareAmount(unitPriceOf(price), quantityOf(quantity), 2),
    approval,
    item: {
      class: itemClass,
      selfPayRatio: rateOf(ratio),
      ceiling: ceiling === null ? null : unitPriceOf(ceiling),
      overCeiling,
      restricted,
    },
  }))

/** Refunds of a charge that leave the quantities of `rests` one after the other. */
function refundsOf(charge: SplitLine, rests: readonly bigint[]): SplitLine[] {
  let left = charge.quantity
  return rests.map((rest, i) => {
    const quantity = quantityOf(rest - left)
    const amount = refundAmount({ price: charge.price, quantity }, left, 2)
    left = quantityOf(rest)
    return { ...charge, serial: `refund-${i}`, quantity, amount, refundOf: 'charge' }
  })
}

test('a charge taken back whole, at once or in parts, leaves nothing of any part', () => {
  fc.assert(
    fc.property(charges, fc.array(fc.bigInt({ min: 0n, max: 9_999n }), { maxLength: 5 }), (charge, shares) => {
      const rests = shares.map((share) => (charge.quantity * share) / 10_000n).toSorted((a, b) => Number(b - a))
      const lines = [charge, ...refundsOf(charge, [...rests, 0n])]
      expect(lines.reduce((sum, line) => sum + line.amount, 0n)).toBe(0n)
      expect(sumsOf(classifyLines(lines))).toEqual([0n, 0n, 0n, 0n])
    }),
  )
})

test('what is left of a charge after a part refund has the parts of a charge of that quantity', () => {
  fc.assert(
    fc.property(charges, fc.bigInt({ min: 0n, max: 9_999n }), (charge, share) => {
      fc.pre(charge.item.overCeiling === 'EXCESS')
      const rest = quantityOf((charge.quantity * share) / 10_000n)
      const smaller = { ...charge, quantity: rest, amount: squareAmount(charge.price, rest, 2) }
      const lines = classifyLines([charge, ...refundsOf(charge, [rest])])
      expect(sumsOf(lines)).toEqual(sumsOf(classifyLines([smaller])))
      for (const [i, line] of lines.entries())
        expect(sumsOf([line]).reduce((sum, part) => sum + part, 0n)).toBe(
          i === 0 ? charge.amount : smaller.amount - charge.amount,
        )
    }),
  )
})

test('other lines are what they are without the charge and its refund', () => {
  fc.assert(
    fc.property(charges, charges, (charge, other) => {
      const alone = { ...other, serial: 'other' }
      const [first, split, back] = classifyLines([charge, alone, ...refundsOf(charge, [0n])])
      expect(split).toEqual(classifyLines([alone])[0])
      for (const part of PARTS) expect(BigInt(back?.[part] ?? 0n) + (first?.[part] ?? 0n)).toBe(0n)
    }),
  )
})
