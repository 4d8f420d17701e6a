import { fenOf, rateOf } from '@yibao/schema/money'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { payableOf } from './clearing.ts'

const fen = (max: bigint) => fc.bigInt({ min: -max, max }).map(fenOf)
const claimed = fc.record({
  fund: fen(10n ** 15n),
  account: fen(10n ** 13n),
  deducted: fen(10n ** 13n),
  difference: fen(10n ** 13n),
  depositRatio: fc.bigInt({ min: 0n, max: 1000n }).map(rateOf),
})

const minus = (amount: bigint) => fenOf(0n - amount)
/** What a statement of so much fund money keeps at 5 %. */
const kept = (fund: bigint) =>
  payableOf({
    fund: fenOf(fund),
    account: fenOf(0n),
    deducted: fenOf(0n),
    difference: fenOf(0n),
    depositRatio: rateOf(500n),
  }).deposit

test('payable is fund part − deductions − deposit + difference to the fen, whatever the amounts', () => {
  fc.assert(
    fc.property(claimed, (one) => {
      const { deposit, payable, transfer } = payableOf(one)
      expect(payable).toBe(one.fund - one.deducted - deposit + one.difference)
      expect(transfer).toBe(payable + one.account)
    }),
  )
})

test('the deposit is its ratio of what is left after deductions, half up to the fen, and never off by more', () => {
  fc.assert(
    fc.property(claimed, (one) => {
      const { deposit } = payableOf(one)
      const exact = (one.fund - one.deducted) * one.depositRatio
      const off = deposit * 10_000n - exact
      expect(off <= 5000n && off >= -5000n).toBe(true)
      // A half goes away from zero.
      if (off === 5000n) expect(exact > 0n).toBe(true)
      if (off === -5000n) expect(exact < 0n).toBe(true)
    }),
  )
  expect([kept(10n), kept(9n), kept(-10n), kept(-9n), kept(30n)]).toEqual([1n, 0n, -1n, 0n, 2n])
})

test('what a statement keeps back of settlements, one of their reversals gives back to the fen', () => {
  fc.assert(
    fc.property(claimed, (one) => {
      const there = payableOf(one)
      const back = payableOf({
        ...one,
        fund: minus(one.fund),
        account: minus(one.account),
        deducted: minus(one.deducted),
        difference: minus(one.difference),
      })
      expect(back).toEqual({
        deposit: minus(there.deposit),
        payable: minus(there.payable),
        transfer: minus(there.transfer),
      })
    }),
  )
})
