import { fenOf, lineTotal, quantityOf, rateOf, unitPriceOf } from '@yibao/schema/money'
import { describe, expect, test } from 'vitest'
import { classify, squareAmount } from './classify.ts'
import type { LineItem, SplitLine } from './split-input.ts'

const B: LineItem = { class: 'B', selfPayRatio: rateOf(1000n), ceiling: null, overCeiling: 'EXCESS', restricted: false }

/** A line of `quantity` whole units at `price` fen. */
const line = (
  price: bigint,
  quantity: bigint,
  item: Partial<LineItem> = {},
  more: Partial<SplitLine> = {},
): SplitLine => ({
  serial: '1',
  price: unitPriceOf(price * 10_000n),
  quantity: quantityOf(quantity * 10_000n),
  amount: fenOf(price * quantity),
  approval: 'NOT_NEEDED',
  item: { ...B, ...item },
  ...more,
})
const parts = (one: SplitLine) => {
  const { selfPaid, overCeiling, firstSelfPayment, inScope, rule } = classify(one)
  return [selfPaid, overCeiling, firstSelfPayment, inScope, rule]
}

const review = (inScope: bigint) => ({ review: { inScope: fenOf(inScope), reason: '超出疗程' } })

describe('level 1', () => {
  test('class A is in scope whole, whatever ratio the catalogue carries', () =>
    expect(parts(line(1000n, 1n, { class: 'A' }))).toEqual([0n, 0n, 0n, 1000n, 'SPLIT']))
  test('class B pays its first self-payment, half up: 5 % of 4.52 is 0.23', () =>
    expect(parts(line(452n, 1n, { selfPayRatio: rateOf(500n) }))).toEqual([0n, 0n, 23n, 429n, 'SPLIT']))
  test('class C is the person’s', () =>
    expect(parts(line(1000n, 1n, { class: 'C' }))).toEqual([1000n, 0n, 0n, 0n, 'CLASS_C']))
  test('what the catalogue does not cover is the person’s', () =>
    expect(parts(line(1000n, 1n, { class: 'NONE' }))).toEqual([1000n, 0n, 0n, 0n, 'NOT_COVERED']))
  test('a reviewer’s limit lies behind ceiling and first self-payment, and the rest is the person’s', () => {
    expect(parts(line(1000n, 1n, {}, review(600n)))).toEqual([300n, 0n, 100n, 600n, 'REVIEWED'])
    expect(parts(line(1000n, 1n, {}, review(900n)))).toEqual([0n, 0n, 100n, 900n, 'SPLIT'])
    expect(parts(line(1000n, 1n, {}, review(0n)))).toEqual([1000n, 0n, 0n, 0n, 'REVIEWED'])
    expect(parts(line(1000n, 1n, { class: 'C' }, review(600n)))).toEqual([1000n, 0n, 0n, 0n, 'CLASS_C'])
  })
  test('restricted use counts only with the hospital’s approval', () => {
    expect(parts(line(1000n, 1n, { restricted: true }))[4]).toBe('RESTRICTED')
    expect(parts(line(1000n, 1n, { restricted: true }, { approval: 'APPROVED' }))[4]).toBe('SPLIT')
  })
  test('a refused approval makes any line the person’s', () =>
    expect(parts(line(1000n, 1n, {}, { approval: 'REFUSED' }))).toEqual([1000n, 0n, 0n, 0n, 'APPROVAL_REFUSED']))
  test('the ceiling is taken per unit, before the first self-payment', () =>
    expect(parts(line(1000n, 3n, { ceiling: unitPriceOf(8_000_000n) }))).toEqual([0n, 600n, 240n, 2160n, 'SPLIT']))
  test('a price at the ceiling is not above it', () =>
    expect(parts(line(1000n, 3n, { ceiling: unitPriceOf(10_000_000n) }))[1]).toBe(0n))
  test('above the ceiling the whole line is the person’s where the catalogue says so', () =>
    expect(parts(line(1000n, 3n, { ceiling: unitPriceOf(8_000_000n), overCeiling: 'WHOLE_LINE' }))).toEqual([
      3000n,
      0n,
      0n,
      0n,
      'OVER_CEILING_WHOLE',
    ]))
  test('a refund line mirrors its charge to the fen', () => {
    for (const price of [1n, 45n, 333n, 452n, 99_999n]) {
      const item = { selfPayRatio: rateOf(1500n), ceiling: unitPriceOf(3_330_000n) }
      const charge = classify(line(price, 7n, item))
      const refund = classify(line(price, -7n, item))
      expect(refund.overCeiling).toBe(-BigInt(charge.overCeiling))
      expect(refund.firstSelfPayment).toBe(-BigInt(charge.firstSelfPayment))
      expect(refund.inScope).toBe(-BigInt(charge.inScope))
    }
  })
})

describe('the amount of a line', () => {
  const price = unitPriceOf(1_234_500n)
  const quantity = quantityOf(10_000n)
  test('is price × quantity half up to the fen with two line decimals', () => {
    expect(squareAmount(price, quantity, 2)).toBe(123n)
    expect(squareAmount(price, quantity, 2)).toBe(lineTotal(price, quantity))
  })
  test('is rounded twice where the pool’s lines have more decimals', () =>
    expect(squareAmount(price, quantity, 3)).toBe(124n))
  test('mirrors for refunds', () => expect(squareAmount(price, quantityOf(-10_000n), 3)).toBe(-124n))
})
