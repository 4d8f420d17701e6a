import { describe, expect, test } from 'vitest'
import { allPolicies } from '../../../test/cases-policies.ts'
import { decidingDays, lineIsCovered, type CareDays } from './deciding-date.ts'
import type { DateRule, PoolRules } from './policy.ts'
import { rulesOf, selectPolicy } from './policy-select.ts'

const day = (text: string) => Temporal.PlainDate.from(text)
const national = rulesOf(allPolicies, '420100')

/** Rules of a pool that decides everything about care type 21 by one date. */
const by = (rule: DateRule, acrossYearEnd: 'WHOLE_STAY' | 'INTERIM_SETTLEMENT' = 'WHOLE_STAY'): PoolRules => ({
  ...national,
  decidingDate: [{ careTypes: ['2'], policy: rule, personType: rule, year: rule, acrossYearEnd, source: 'assumed' }],
})
const stay = (admission: string, discharge: string, more: Partial<CareDays> = {}): CareDays => ({
  careType: '21',
  admission: day(admission),
  discharge: day(discharge),
  settlement: day(discharge).add({ days: 3 }),
  lines: [day(admission), day(discharge)],
  ...more,
})
const acrossYears = stay('2025-12-28', '2026-01-05')

describe('across 31 December', () => {
  test.each([
    ['ADMISSION', '2025'],
    ['DISCHARGE', '2026'],
    ['SETTLEMENT', '2026'],
  ] as const)('a whole stay belongs to the year of its %s where the pool says so', (rule, label) =>
    expect(decidingDays(by(rule), acrossYears).year.label).toBe(label),
  )
  test('a stay must be settled in two where the pool wants an interim settlement', () => {
    const decide = () => decidingDays(by('DISCHARGE', 'INTERIM_SETTLEMENT'), acrossYears)
    expect(decide).toThrow(expect.objectContaining({ code: 'INTERIM_SETTLEMENT_NEEDED' }))
    const first = decidingDays(by('DISCHARGE', 'INTERIM_SETTLEMENT'), stay('2025-12-28', '2025-12-31'))
    expect(first.year.label).toBe('2025')
  })
  test('a bill whose lines decide may not reach into the next year', () => {
    const outpatient = { careType: '11', lines: [day('2025-12-31'), day('2026-01-01')] }
    expect(() => decidingDays(national, stay('2025-12-31', '2026-01-01', outpatient))).toThrow(
      expect.objectContaining({ code: 'INTERIM_SETTLEMENT_NEEDED' }),
    )
  })
  test('where the benefit year begins in July, June and July lie apart and December and January together', () => {
    const shanghai = rulesOf(allPolicies, '310000')
    expect(decidingDays(shanghai, acrossYears).year.label).toBe('2025')
    expect(decidingDays(shanghai, stay('2025-06-28', '2025-07-02')).year.label).toBe('2025')
    expect(decidingDays(shanghai, stay('2025-06-28', '2025-06-30')).year.label).toBe('2024')
  })
})

describe('across a policy change', () => {
  const query = { pool: '420100', insuranceType: '310', personType: '1101', careType: '11' }
  const version = (on: string) => selectPolicy(allPolicies, { ...query, on: day(on) }).version
  test('Wuhan’s outpatient rules of April 2023 hold from their first day', () => {
    expect(version('2023-04-09')).toBe('2023-02-01')
    expect(version('2023-04-10')).toBe('2023-04-10')
  })
  test('lines on both sides are named by the first and the last day', () => {
    const days = stay('2023-04-09', '2023-04-10', { careType: '11' })
    const { policy } = decidingDays(national, days)
    expect([policy.since.toString(), policy.on.toString()]).toEqual(['2023-04-09', '2023-04-10'])
  })
  test('before its first day there is no policy', () =>
    expect(() => version('2023-01-31')).toThrow(expect.objectContaining({ code: 'NO_POLICY' })))
})

/** Active until 9 March 2025, retired from the 10th. */
const personType = (on: Temporal.PlainDate) => (Temporal.PlainDate.compare(on, day('2025-03-10')) < 0 ? '1101' : '1201')

describe('across a retirement', () => {
  const days = stay('2025-03-01', '2025-03-20')
  test.each([
    ['ADMISSION', '1101'],
    ['DISCHARGE', '1201'],
  ] as const)('a stay decided by %s is that of person type %s', (rule, expected) =>
    expect(personType(decidingDays(by(rule), days).personType.on)).toBe(expected),
  )
})

describe('coverage that lapses during a stay', () => {
  const coverage = { begin: day('2025-01-01'), end: day('2025-03-10') }
  const covered = (rule: PoolRules['coverageLapse']['stay'], careType: string, admission: string, line: string) =>
    lineIsCovered({ ...national, coverageLapse: { stay: rule, source: 'assumed' } }, coverage, {
      careType,
      admission: day(admission),
      line: day(line),
    })
  test('covers the whole stay where admission decides', () =>
    expect(covered('ADMISSION_DECIDES', '21', '2025-03-09', '2025-03-15')).toBe(true))
  test('covers no line after its end where the line decides', () => {
    expect(covered('LINE_DECIDES', '21', '2025-03-09', '2025-03-10')).toBe(true)
    expect(covered('LINE_DECIDES', '21', '2025-03-09', '2025-03-11')).toBe(false)
  })
  test('covers nothing of a stay that began after its end', () =>
    expect(covered('ADMISSION_DECIDES', '21', '2025-03-11', '2025-03-11')).toBe(false))
  test('is by line for outpatient care, whatever the rule for stays', () =>
    expect(covered('ADMISSION_DECIDES', '11', '2025-03-09', '2025-03-11')).toBe(false))
})

test('a care type without a date rule is refused', () =>
  expect(() => decidingDays(by('LINE'), stay('2025-01-01', '2025-01-02', { careType: '11' }))).toThrow(
    expect.objectContaining({ code: 'NO_POLICY' }),
  ))
