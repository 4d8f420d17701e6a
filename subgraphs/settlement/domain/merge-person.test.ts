import fc from 'fast-check'
import { fenOf, sum } from '@yibao/schema/money'
import { expect, test } from 'vitest'
import { isDone, planMerge, type CounterAmount } from './merge-person.ts'

const fen = fc.bigInt({ min: 0n, max: 10_000_000n }).map(fenOf)
const counter = fc.record({
  pool: fc.constantFrom('620200', '629900'),
  insuranceType: fc.constant('310'),
  name: fc.constantFrom('deductible', 'cap'),
  period: fc.constantFrom('2025', '2026'),
  amount: fen,
})
const counters = fc.uniqueArray(counter, { selector: ({ pool, name, period }) => `${pool} ${name} ${period}` })
const accounts = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom('CURRENT' as const, 'HISTORY' as const),
    pool: fc.constant('620200'),
    balance: fen,
  }),
  { selector: (one) => one.kind },
)

const total = (all: readonly CounterAmount[], one: CounterAmount) =>
  sum(
    all
      .filter(({ pool, name, period }) => pool === one.pool && name === one.name && period === one.period)
      .map(({ amount }) => amount),
  )

test('what moves is all there is, the entries balance, and done twice the second time is nothing', () => {
  fc.assert(
    fc.property(accounts, counters, counters, (held, now, before) => {
      const merging = { from: 'a', into: 'b', accounts: held, counters: now, given: before }
      const plan = planMerge(merging)
      expect(sum(plan.entries.map(({ amount }) => amount))).toBe(0n)
      expect(sum(plan.accounts.map(({ balance }) => balance))).toBe(sum(held.map(({ balance }) => balance)))
      // After each plan what was given is what the old record's counters hold.
      const given = [...before, ...plan.counters]
      for (const one of [...now, ...before]) expect(total(given, one)).toBe(total(now, one))
      const emptied = held.map((one) => ({ ...one, balance: fenOf(0n) }))
      const keyed = new Map([...now, ...before].map((one) => [`${one.pool} ${one.name} ${one.period}`, one]))
      const summed = [...keyed.values()].map((one) => ({ ...one, amount: total(given, one) }))
      expect(isDone(planMerge({ ...merging, accounts: emptied, given: summed }))).toBe(true)
    }),
  )
})
