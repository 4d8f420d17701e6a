import fc from 'fast-check'
import { expect, test } from 'vitest'
import { continuousMonths } from './insured-months.ts'

const day = (text: string) => Temporal.PlainDate.from(text)
const from = Temporal.PlainYearMonth.from('2020-01')
const monthAt = (i: number) => from.add({ months: i }).toString()

test('months count back from the deciding one until the first gap', () => {
  expect(continuousMonths(['2025-11', '2025-12', '2026-01', '2026-03'], day('2026-01-31'))).toBe(3)
  expect(continuousMonths(['2025-11', '2025-12', '2026-01', '2026-03'], day('2026-03-01'))).toBe(1)
})

test('the month that decides may still be unpaid, two may not', () => {
  expect(continuousMonths(['2025-11', '2025-12'], day('2026-01-15'))).toBe(2)
  expect(continuousMonths(['2025-11', '2025-12'], day('2026-02-15'))).toBe(0)
})

test('months paid ahead, a month paid twice and nobody’s months change nothing', () => {
  expect(continuousMonths(['2026-01', '2026-01', '2026-02'], day('2026-01-15'))).toBe(1)
  expect(continuousMonths([], day('2026-01-15'))).toBe(0)
})

test('any set of months gives what counting them one by one gives', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(40)), fc.nat(40), (paid, at) => {
      let last = paid.includes(at) ? at : at - 1
      let count = 0
      while (paid.includes(last)) {
        count += 1
        last -= 1
      }
      const on = Temporal.PlainDate.from(`${monthAt(at)}-15`)
      expect(continuousMonths(paid.map(monthAt), on)).toBe(count)
    }),
  )
})
