import { expect, test } from 'vitest'
import { enrolmentRules } from '../store/enrolment-rules.ts'
import { callsOf, declarationDueOn } from './declaration-notice.ts'

const { rules } = enrolmentRules('100000')
const on = (day: string) => Temporal.PlainDate.from(day)
const byDay = (day: number) => ({ rules: { ...rules, declarationDue: { value: { day }, source: 'platform' } } })
const byWorkingDay = (workingDay: number) => ({
  rules: { ...rules, declarationDue: { value: { workingDay }, source: 'platform' } },
})
const steps = (day: string) => callsOf(byDay(25), on(day)).map(({ month, step }) => `${month} ${step}`)

test('a last day on which offices are closed moves to the next that is worked', () => {
  expect(declarationDueOn(byDay(25), '2026-11').toString()).toBe('2026-11-25')
  expect(declarationDueOn(byDay(15), '2026-11').toString()).toBe('2026-11-16')
})

test('working days are counted from the first day of the month, without holidays', () => {
  expect(declarationDueOn(byWorkingDay(1), '2026-11').toString()).toBe('2026-11-02')
  expect(declarationDueOn(byWorkingDay(1), '2026-10').toString()).toBe('2026-10-08')
})

test('a month is due from some working days before its last day on, and overdue from the day after', () => {
  expect(steps('2026-11-19')).toEqual(['2026-10 OVERDUE'])
  expect(steps('2026-11-20')).toEqual(['2026-10 OVERDUE', '2026-11 DUE'])
  expect(steps('2026-11-25')).toEqual(['2026-10 OVERDUE', '2026-11 DUE'])
  expect(steps('2026-11-26')).toEqual(['2026-10 OVERDUE', '2026-11 OVERDUE'])
})
