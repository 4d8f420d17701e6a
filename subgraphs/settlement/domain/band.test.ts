import { fenOf, rateOf } from '@yibao/schema/money'
import { describe, expect, test } from 'vitest'
import { expenseThatFills, layBands, type FixedBand } from './band.ts'

const bands: FixedBand[] = [
  { from: fenOf(0n), to: fenOf(1000n), ratio: rateOf(5000n) },
  { from: fenOf(1000n), to: fenOf(3000n), ratio: rateOf(8000n) },
  { from: fenOf(3000n), to: null, ratio: rateOf(9000n) },
]
const lay = (start: bigint, amount: bigint, cumulative = false) =>
  layBands(bands, fenOf(start), fenOf(amount), cumulative).map(({ part, pay }) => [part, pay])

describe('bands', () => {
  test('price each part of the amount by its own band', () =>
    expect(lay(0n, 3500n)).toEqual([
      [1000n, 500n],
      [2000n, 1600n],
      [500n, 450n],
    ]))
  test('begin at the position already reached', () =>
    expect(lay(2500n, 1000n)).toEqual([
      [500n, 400n],
      [500n, 450n],
    ]))
  test('do not touch a band whose end is the position', () => expect(lay(1000n, 10n)).toEqual([[10n, 8n]]))
  test('have no part of nothing', () => expect(lay(500n, 0n)).toEqual([]))
  test('round half up for each band of the bill', () => expect(lay(0n, 1n)).toEqual([[1n, 1n]]))
  test('add up over a year to one reckoning when they are cumulative', () => {
    let paid = 0n
    for (let at = 0n; at < 3500n; at += 7n) for (const [, pay = 0n] of lay(at, 7n, true)) paid += pay
    expect(paid).toBe(2550n)
  })
  test('drift fen by fen when they are not', () => {
    let paid = 0n
    for (let at = 0n; at < 3500n; at += 7n) for (const [, pay = 0n] of lay(at, 7n)) paid += pay
    expect(paid).toBeGreaterThan(2550n)
  })
})

describe('the expense that fills a cap', () => {
  test.each([0n, 1n, 499n, 500n, 501n, 2100n, 2549n, 2550n])('is the smallest that pays %s', (room) => {
    for (const cumulative of [false, true]) {
      const parts = layBands(bands, fenOf(3n), fenOf(3500n), cumulative)
      const expense = expenseThatFills(parts, fenOf(room))
      const pay = (amount: bigint) =>
        layBands(bands, fenOf(3n), fenOf(amount), cumulative).reduce((sum, one) => sum + one.pay, 0n)
      expect(pay(expense)).toBe(room)
      if (expense > 0n) expect(pay(expense - 1n)).toBeLessThan(room)
    }
  })
})
