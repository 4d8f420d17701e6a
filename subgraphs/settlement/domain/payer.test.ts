import { fenOf, rateOf } from '@yibao/schema/money'
import { describe, expect, test } from 'vitest'
import { pay, type Tariff } from './payer.ts'
import type { Used } from './split-result.ts'
import type { CapUnit } from './policy.ts'

/** Deductible 1000, then half; amounts in fen. */
const tariff = (more: Partial<Tariff> = {}): Tariff => ({
  standard: fenOf(1000n),
  bands: [{ from: fenOf(0n), to: null, ratio: rateOf(5000n) }],
  position: 'NET',
  cumulative: false,
  caps: [],
  ...more,
})
const capped = (unit: CapUnit, amount: bigint, more: Partial<Tariff> = {}) =>
  tariff({ caps: [{ unit, amount: fenOf(amount) }], ...more })
const used = (deductible = 0n, position = 0n, cap = 0n): Used => ({
  deductible: fenOf(deductible),
  position: fenOf(position),
  caps: [fenOf(cap)],
})
const run = (one: Tariff, base: bigint, before = used()) => {
  const { charged, paid, copay, excess, consumed, cap } = pay(one, fenOf(base), before)
  expect(charged + paid + copay + excess).toBe(base)
  return { charged, paid, copay, excess, consumed, cut: cap?.cut ?? null }
}

describe('the deductible', () => {
  test('takes a bill below it whole and reports what it took', () =>
    expect(run(tariff(), 429n)).toMatchObject({ charged: 429n, paid: 0n, consumed: { deductible: 429n } }))
  test('takes only what earlier bills left of it', () =>
    expect(run(tariff(), 1000n, used(800n))).toMatchObject({ charged: 200n, paid: 400n }))
  test('is the difference to a higher level when a lower one was charged before', () =>
    expect(run(tariff({ standard: fenOf(1200n) }), 5000n, used(600n)).charged).toBe(600n))
  test('is nothing when more than the standard was charged before', () =>
    expect(run(tariff({ standard: fenOf(300n) }), 5000n, used(600n)).charged).toBe(0n))
})

describe('bands', () => {
  const bands = [
    { from: fenOf(0n), to: fenOf(3000n), ratio: rateOf(5000n) },
    { from: fenOf(3000n), to: null, ratio: rateOf(8000n) },
  ]
  test('in gross position have the deductible as their first, unpaid part', () =>
    expect(run(tariff({ bands, position: 'GROSS' }), 4000n).paid).toBe(1000n + 800n))
  test('in net position begin behind the deductible', () => expect(run(tariff({ bands }), 4000n).paid).toBe(1500n))
  test('in gross position count the whole base, in net position what is behind the deductible', () => {
    expect(run(tariff({ bands, position: 'GROSS' }), 4000n).consumed.position).toBe(4000n)
    expect(run(tariff({ bands }), 4000n).consumed.position).toBe(3000n)
  })
})

describe('a cap', () => {
  test('on fund money pays the room that is left and hands on the expense beyond the fill', () =>
    expect(run(capped('FUND_PAID', 600n), 3000n, used(0n, 0n, 100n))).toEqual({
      charged: 1000n,
      paid: 500n,
      copay: 499n,
      excess: 1001n,
      cut: 500n,
      consumed: { deductible: 1000n, position: 999n, caps: [500n] },
    }))
  test('that is full still charges the deductible', () =>
    expect(run(capped('FUND_PAID', 600n), 3000n, used(0n, 0n, 600n))).toMatchObject({
      charged: 1000n,
      paid: 0n,
      excess: 2000n,
    }))
  test('that was overdrawn leaves no room, never a negative one', () =>
    expect(run(capped('FUND_PAID', 600n), 3000n, used(0n, 0n, 900n)).paid).toBe(0n))
  test('on fund plus self includes the deductible', () =>
    expect(run(capped('FUND_AND_SELF', 2000n), 3000n)).toMatchObject({
      charged: 1000n,
      paid: 500n,
      excess: 1000n,
      cut: 1000n,
    }))
  test('on expense above the deductible does not', () =>
    expect(run(capped('EXPENSE_ABOVE_DEDUCTIBLE', 1500n), 3000n)).toMatchObject({
      paid: 750n,
      excess: 500n,
      cut: 500n,
    }))
  test('at the band end counts in the position of the bands', () => {
    const bands = [{ from: fenOf(0n), to: fenOf(2000n), ratio: rateOf(5000n) }]
    expect(run(capped('BAND_END', 2000n, { bands }), 5000n)).toMatchObject({ paid: 1000n, excess: 2000n })
    expect(run(capped('BAND_END', 2000n, { bands, position: 'GROSS' }), 5000n)).toMatchObject({
      paid: 500n,
      excess: 3000n,
    })
  })
  test('among several the tightest cuts and is reported', () => {
    const caps = [
      { unit: 'FUND_PAID' as const, amount: fenOf(900n) },
      { unit: 'FUND_PAID' as const, amount: fenOf(700n) },
    ]
    const payment = pay(tariff({ caps }), fenOf(3000n), { ...used(), caps: [fenOf(0n), fenOf(0n)] })
    expect(payment.paid).toBe(700n)
    expect(payment.cap).toMatchObject({ amount: 700n, cut: 300n })
    expect(payment.consumed.caps).toEqual([700n, 700n])
  })
  test('that does not cut is reported with nothing cut', () =>
    expect(run(capped('FUND_PAID', 5000n), 3000n).cut).toBe(0n))
})
