import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addWorkingDays, isWorkingDay } from './working-days.ts'

const day = (text: string) => Temporal.PlainDate.from(text)
const after = (text: string, count: number) => {
  const { day: end, provisional } = addWorkingDays(day(text), count)
  return `${end.toString()}${provisional ? ' provisional' : ''}`
}

test('weekends and public holidays are off, and what is worked instead is worked', () => {
  const working = ['2026-11-23', '2026-02-14', '2026-02-28', '2026-09-20', '2026-10-10', '2025-09-28', '2024-02-04']
  const off = ['2026-11-22', '2026-01-02', '2026-02-15', '2026-02-23', '2026-10-07', '2025-10-08', '2024-10-07']
  expect(working.filter((text) => !isWorkingDay(day(text)))).toEqual([])
  expect(off.filter((text) => isWorkingDay(day(text)))).toEqual([])
})

test('a day is counted out over weekends and holidays, the first not counted', () => {
  expect(after('2026-11-20', 5)).toBe('2026-11-27')
  expect(after('2026-11-22', 5)).toBe('2026-11-27')
  expect(after('2026-02-13', 5)).toBe('2026-02-27')
  expect(after('2026-09-30', 3)).toBe('2026-10-10')
  expect(after('2026-11-21', 0)).toBe('2026-11-23')
  expect(after('2026-11-23', 0)).toBe('2026-11-23')
})

test('a count that reaches a year whose holidays are not published says that it is provisional', () => {
  expect(after('2026-12-30', 1)).toBe('2026-12-31')
  expect(after('2026-12-30', 2)).toBe('2027-01-01 provisional')
  expect(after('2019-05-01', 1)).toBe('2019-05-02 provisional')
})

test('between a day and the nth working day after it there are exactly n working days', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1500 }), fc.integer({ min: 1, max: 60 }), (offset, count) => {
      const from = day('2024-01-01').add({ days: offset })
      const end = addWorkingDays(from, count).day
      const days = Array.from({ length: from.until(end).days }, (_, i) => from.add({ days: i + 1 }))
      expect(days.filter(isWorkingDay)).toHaveLength(count)
      expect(isWorkingDay(end)).toBe(true)
    }),
  )
})
