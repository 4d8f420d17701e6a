import { fenOf, rateOf } from '@yibao/schema/money'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { averageOf, turnEntries, turnYear } from './account-history.ts'

const on = (day: string, yuan: number) => ({ day: Temporal.PlainDate.from(day), amount: fenOf(BigInt(yuan) * 100n) })
const rates = { current: rateOf(5n), history: rateOf(65n) }

test('money of a day counts from that day on, money of years before for the whole year', () => {
  expect(averageOf([on('2020-05-01', 1000)], 2026)).toBe(100_000n)
  expect(averageOf([on('2026-01-01', 365), on('2026-12-31', 365)], 2026)).toBe(36_600n)
  expect(averageOf([on('2024-07-02', 366)], 2024)).toBe(18_300n)
  expect(averageOf([on('2027-01-01', 100)], 2026)).toBe(0n)
})

test('what is left of the year is carried over with the interest, but no more than is still there', () => {
  const account = { current: [on('2026-01-01', 1000)], history: [on('2020-01-01', 10_000)] }
  const whole = turnYear({ ...account, balance: fenOf(150_000n) }, { year: 2026, rates })
  expect(whole).toMatchObject({ carried: 100_000n, interest: 50n + 6500n })
  const spent = turnYear({ ...account, balance: fenOf(40_000n) }, { year: 2026, rates })
  expect(spent.carried).toBe(40_000n)
  expect(turnYear({ ...account, balance: fenOf(40_000n) }, { year: 2026, rates: null }).interest).toBe(0n)
})

test('whatever moved, the entries of a turn add up to zero and nothing is taken that is not there', () => {
  const moved = fc.array(
    fc.record({ day: fc.integer({ min: 0, max: 800 }), amount: fc.bigInt({ min: -100_000n, max: 100_000n }) }),
  )
  fc.assert(
    fc.property(moved, moved, fc.bigInt({ min: 0n, max: 1_000_000n }), (current, history, balance) => {
      const days = (list: typeof current) =>
        list.map(({ day, amount }) => ({
          day: Temporal.PlainDate.from('2025-01-01').add({ days: day }),
          amount: fenOf(amount),
        }))
      const turn = turnYear(
        { current: days(current), history: days(history), balance: fenOf(balance) },
        { year: 2026, rates },
      )
      const entries = turnEntries({ insuredId: 'x', pool: '620100' }, turn)
      expect(entries.reduce((all, one) => all + one.amount, 0n)).toBe(0n)
      expect(turn.carried >= 0n && turn.carried <= balance && turn.interest >= 0n).toBe(true)
    }),
  )
})
