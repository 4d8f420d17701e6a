import { before } from '@yibao/schema/dates'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import type { Enrolment } from './enrolment.ts'
import { readDay, reversed } from './period.ts'

export const END_REASONS = ['LEFT_WORK', 'MOVED', 'CHANGED_INSURANCE', 'DIED', 'OTHER'] as const
export type EndReason = (typeof END_REASONS)[number]

/** An end is entered at most this far ahead: the end of the next insurance year. */
const AHEAD_MONTHS_MAX = 14

/** Reads the last day of what holds; it may lie in the past (a death is often reported late). */
export function readEnd(endOn: string, today: Temporal.PlainDate): Temporal.PlainDate {
  const problems: Problem[] = []
  const day = readDay(endOn, 'endOn', problems) ?? today
  if (before(today.add({ months: AHEAD_MONTHS_MAX }), day)) {
    const message = { zh: '结束日期过远', en: 'is too far in the future' }
    problems.push({ path: 'endOn', code: 'DATE_IN_FUTURE', message })
  }
  InvalidInput.throwIf(problems)
  return day
}

/** The enrolment with its last day set. A last day that was already set can only be brought forward. */
export function endEnrolment(enrolment: Enrolment, endOn: Temporal.PlainDate): Enrolment {
  if (enrolment.endOn !== null && !before(endOn, enrolment.endOn)) {
    throw NotAllowed.of({
      code: 'ENROLMENT_ENDED',
      text: { zh: '该参保关系已经终止或届时已终止', en: 'the enrolment has ended, or will have by then' },
    })
  }
  if (before(endOn, enrolment.beginOn)) throw InvalidInput.of([reversed('endOn')])
  return { ...enrolment, endOn }
}
