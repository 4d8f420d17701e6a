import { before, holdsOn } from '@yibao/schema/dates'
import { EMPLOYEE, isBasic, RESIDENT } from './code-tables.ts'
import type { EnrolmentRules } from './enrolment-rules.ts'
import type { Enrolment } from './enrolment.ts'

/** Why somebody who is enrolled is not covered yet. */
export const WAIT_REASONS = ['OUTSIDE_PERIOD', 'GAP', 'FIRST_ENROLMENT', 'ENTERED_LATE'] as const
export type WaitReason = (typeof WAIT_REASONS)[number]

/** From when an enrolment covers, and why not from its first day. */
export interface Wait {
  readonly coverFrom: Temporal.PlainDate
  readonly reason: WaitReason
}

interface Entered {
  readonly insuranceType: string
  readonly personType: string
  /** First day of the enrolment, and the day on which it is entered. */
  readonly beginOn: Temporal.PlainDate
  readonly today: Temporal.PlainDate
}

/** What an employer enters late covers from the day it is entered at the earliest; days that are over only the bureau covers. */
export function waitOfLate(wait: Wait | null, { beginOn, today }: Pick<Entered, 'beginOn' | 'today'>): Wait | null {
  if (!before(beginOn, today) || (wait !== null && !before(wait.coverFrom, today))) return wait
  return { coverFrom: today, reason: 'ENTERED_LATE' }
}

/**
 * The waiting period of an enrolment in one of the basic insurances; null when it covers from its first day. Whoever was
 * covered until shortly before goes on without one, whatever the insurance and the pool were.
 */
export function waitOf({ rules }: EnrolmentRules, entered: Entered, existing: readonly Enrolment[]): Wait | null {
  const { insuranceType, personType, beginOn, today } = entered
  if (insuranceType !== EMPLOYEE && insuranceType !== RESIDENT) return null
  const last = lastCovered(existing, beginOn)
  const tolerated = last !== null && !before(last.add({ days: 1, months: rules.gapToleratedMonths.value }), beginOn)
  if (tolerated) return null
  // Nobody gets round the wait by entering a first day that has passed.
  const from = before(beginOn, today) ? today : beginOn
  const waiting = (months: number, reason: WaitReason): Wait | null =>
    months === 0 ? null : { coverFrom: from.add({ months }), reason }
  if (insuranceType === EMPLOYEE) {
    return last === null
      ? waiting(rules.employeeWaitMonths.value, 'FIRST_ENROLMENT')
      : waiting(rules.gapWaitMonths.value, 'GAP')
  }
  if (rules.residentNoWait.value.includes(personType)) return null
  const year = yearOfPeriod(rules.residentPeriod, today)
  if (year !== null && !before(beginOn, year)) return null
  const wait = waiting(rules.residentWaitMonths.value, 'OUTSIDE_PERIOD')
  // Whoever enters at once is outside of the period for the rest of this year alone: the next one is what the period is for.
  return wait !== null && year !== null && before(year, wait.coverFrom) ? { ...wait, coverFrom: year } : wait
}

/** First day of the calendar year that is enrolled for within the concentrated period; null outside of it. */
function yearOfPeriod(
  { from, to }: { readonly from: string; readonly to: string },
  today: Temporal.PlainDate,
): Temporal.PlainDate | null {
  const now = today.toString().slice(5)
  return from <= now && now <= to ? Temporal.PlainDate.from({ year: today.year + 1, month: 1, day: 1 }) : null
}

/** The last day before `day` on which the person was covered by a basic insurance; null when there is none. */
export function lastCovered(existing: readonly Enrolment[], day: Temporal.PlainDate): Temporal.PlainDate | null {
  const eve = day.subtract({ days: 1 })
  let last: Temporal.PlainDate | null = null
  for (const one of existing) {
    if (!isBasic(one.insuranceType) || !before(coverBegin(one), day) || one.status === '2') continue
    const end = one.endOn !== null && before(one.endOn, eve) ? one.endOn : eve
    if (before(end, coverBegin(one))) continue
    if (last === null || before(last, end)) last = end
  }
  return last
}

const coverBegin = ({ beginOn, coverFrom }: Enrolment): Temporal.PlainDate => coverFrom ?? beginOn

/** Whether an enrolment covers a day: in its period, not suspended, past its waiting period. */
export const covers = (one: Enrolment, day: Temporal.PlainDate): boolean =>
  one.status !== '2' && holdsOn({ beginOn: coverBegin(one), endOn: one.endOn }, day)
