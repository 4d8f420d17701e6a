import { isWorkday } from 'chinese-days'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addWorkingDays, countWorkingDays, isStatutory, isWorkingDay } from './working-days.ts'

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
  expect(after('2026-12-30', 2)).toBe('2027-01-04 provisional')
  expect(after('2026-12-30', 26)).toBe('2027-02-09 provisional')
  expect(after('2019-05-01', 1)).toBe('2019-05-03 provisional')
})

const daysOf = (year: number) => {
  const first = day(`${year}-01-01`)
  return Array.from({ length: first.daysInYear }, (_, i) => first.add({ days: i }))
}

// What the two notices move: weekends that are worked, and weekdays that are off beside the statutory days.
const MOVED = {
  // 国办发明电〔2024〕12号
  2025: {
    worked: ['2025-01-26', '2025-02-08', '2025-04-27', '2025-09-28', '2025-10-11'],
    off: ['2025-02-03', '2025-02-04', '2025-05-05', '2025-06-02', '2025-10-07', '2025-10-08'],
  },
  // 国办发明电〔2025〕7号
  2026: {
    worked: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
    off: [
      '2026-01-02',
      '2026-02-20',
      '2026-02-23',
      '2026-04-06',
      '2026-05-04',
      '2026-05-05',
      '2026-10-05',
      '2026-10-06',
      '2026-10-07',
    ],
  },
} as const

test('every day of two published years is worked or not as the notices say, each adjusted day among them', () => {
  for (const year of [2025, 2026] as const) {
    const moved = daysOf(year).filter((one) => isWorkingDay(one) !== (one.dayOfWeek <= 5 && !isStatutory(one)))
    expect(moved.map(String)).toEqual([...MOVED[year].worked, ...MOVED[year].off].toSorted())
    // 人社部发〔2025〕2号: 365 − 104 − 13 working days.
    expect(daysOf(year).filter(isWorkingDay)).toHaveLength(248)
    expect(daysOf(year).filter((one) => isWorkingDay(one) !== isWorkday(one.toString()))).toEqual([])
  }
})

test('the thirteen statutory days are off in every published year, and in years to come by the Chinese calendar', () => {
  for (const year of [2025, 2026]) {
    const statutory = daysOf(year).filter(isStatutory)
    expect(statutory).toHaveLength(13)
    expect(statutory.filter(isWorkingDay)).toEqual([])
  }
  expect(daysOf(2027).filter(isStatutory).map(String)).toEqual([
    '2027-01-01',
    '2027-02-05',
    '2027-02-06',
    '2027-02-07',
    '2027-02-08',
    '2027-04-05',
    '2027-05-01',
    '2027-05-02',
    '2027-06-09',
    '2027-09-15',
    '2027-10-01',
    '2027-10-02',
    '2027-10-03',
  ])
})

test('between a day and the nth working day after it there are exactly n working days', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1500 }), fc.integer({ min: 1, max: 60 }), (offset, count) => {
      const from = day('2024-01-01').add({ days: offset })
      const end = addWorkingDays(from, count).day
      const days = Array.from({ length: from.until(end).days }, (_, i) => from.add({ days: i + 1 }))
      expect(days.filter(isWorkingDay)).toHaveLength(count)
      expect(isWorkingDay(end)).toBe(true)
      expect(countWorkingDays(from, end).days).toBe(count)
    }),
  )
})

const counted = (from: string, to: string) => countWorkingDays(day(from), day(to))

test('days are counted from the day after the first to the last, and from a day to itself or back there are none', () => {
  expect(counted('2026-02-13', '2026-02-24')).toEqual({ days: 2, provisional: false })
  expect(counted('2026-11-23', '2026-11-23')).toEqual({ days: 0, provisional: false })
  expect(counted('2026-11-24', '2026-11-23')).toEqual({ days: 0, provisional: false })
  expect(counted('2026-12-30', '2027-01-04')).toEqual({ days: 2, provisional: true })
})
