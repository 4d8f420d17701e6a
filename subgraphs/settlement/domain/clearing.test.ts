import { fenOf, portion, rateOf } from '@yibao/schema/money'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { depositOf, payableOf } from './clearing.ts'

const fen = (max: bigint) => fc.bigInt({ min: -max, max }).map(fenOf)
const claimed = fc.record({
  fund: fen(10n ** 15n),
  account: fen(10n ** 13n),
  deducted: fen(10n ** 13n),
  difference: fen(10n ** 13n),
  depositRatio: fc.bigInt({ min: 0n, max: 1000n }).map(rateOf),
})

/** What is left of a statement in which nothing of others is reversed. */
const alone = (one: Parameters<typeof depositOf>[0] & Parameters<typeof payableOf>[0]) =>
  payableOf(one, depositOf(one, []))
/** What a statement of so much fund money keeps at 5 %. */
const kept = (fund: bigint) =>
  depositOf({ fund: fenOf(fund), deducted: fenOf(0n), depositRatio: rateOf(500n) }, []).depositKept

test('payable is fund part − deductions − deposit + difference to the fen, whatever the amounts', () => {
  fc.assert(
    fc.property(claimed, (one) => {
      const { deposit, payable, transfer } = alone(one)
      expect(payable).toBe(one.fund - one.deducted - deposit + one.difference)
      expect(transfer).toBe(payable + one.account)
    }),
  )
})

test('the deposit is its ratio of what is left after deductions, half up to the fen, and never less than nothing', () => {
  fc.assert(
    fc.property(claimed, (one) => {
      const { deposit } = alone(one)
      const left = one.fund - one.deducted
      const off = deposit * 10_000n - (left > 0n ? left : 0n) * one.depositRatio
      expect(off <= 5000n && off > -5000n).toBe(true)
    }),
  )
  expect([kept(10n), kept(9n), kept(-10n), kept(-1000n), kept(30n)]).toEqual([1n, 0n, 0n, 0n, 2n])
})

test('what goes back with reversed settlements is the ratio of what they brought, and at most what is still kept of them', () => {
  fc.assert(
    fc.property(
      claimed,
      fc.bigInt({ min: 1n, max: 10n ** 9n }),
      fc.bigInt({ min: 0n, max: 10n ** 8n }),
      (one, base, left) => {
        const part = { statementId: 'other', base: fenOf(base), depositRatio: one.depositRatio, left: fenOf(left) }
        const fund = fenOf(one.fund - base)
        const { depositKept, backs } = depositOf({ ...one, fund }, [part])
        // The settlements that stay are kept of as if nothing had been reversed.
        expect(depositKept).toBe(depositOf(one, []).depositKept)
        const ratioOf = portion(fenOf(base), one.depositRatio)
        const amount = ratioOf < left ? ratioOf : left
        expect(backs).toEqual(amount === 0n ? [] : [{ ofStatementId: 'other', amount }])
      },
    ),
  )
})

test('a statement of which more went back than is kept in the end keeps what went back', () => {
  expect(
    depositOf({ fund: fenOf(20n), deducted: fenOf(0n), depositRatio: rateOf(500n) }, [], fenOf(2n)).depositKept,
  ).toBe(2n)
})
