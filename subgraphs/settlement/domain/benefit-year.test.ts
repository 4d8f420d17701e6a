import { expect, test } from 'vitest'
import { benefitYear } from './benefit-year.ts'

const day = (text: string) => Temporal.PlainDate.from(text)
const year = (start: string, on: string) => {
  const { label, begin, end } = benefitYear(Temporal.PlainMonthDay.from(start).toPlainDate({ year: 2000 }), day(on))
  return [label, begin.toString(), end.toString()]
}

test.each([
  ['01-01', '2025-01-01', '2025'],
  ['01-01', '2025-12-31', '2025'],
  ['07-01', '2025-06-30', '2024'],
  ['07-01', '2025-07-01', '2025'],
  ['07-01', '2026-01-01', '2025'],
])('a benefit year that begins on %s has %s in the year %s', (start, on, label) =>
  expect(year(start, on)[0]).toBe(label),
)

test('a benefit year ends the day before the next begins, leap years too', () => {
  expect(year('07-01', '2025-08-01')).toEqual(['2025', '2025-07-01', '2026-06-30'])
  expect(year('01-01', '2024-02-29')).toEqual(['2024', '2024-01-01', '2024-12-31'])
})
