import { parseDay } from '@yibao/schema/dates'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { before, type Enrolment } from './enrolment.ts'

export const END_REASONS = ['LEFT_WORK', 'MOVED', 'CHANGED_INSURANCE', 'DIED', 'OTHER'] as const
export type EndReason = (typeof END_REASONS)[number]

/** An end is entered at most this far ahead: the end of the next insurance year. */
const AHEAD_MONTHS_MAX = 14

const fail = (code: string, zh: string, en: string): Problem => ({ path: 'endOn', code, message: { zh, en } })

/** Reads the last day of coverage; it may lie in the past (a death is often reported late). */
export function readEnd(endOn: string, today: Temporal.PlainDate): Temporal.PlainDate {
  const day = parseDay(endOn)
  if (day === null) throw InvalidInput.of([fail('DATE_FORM', '不是有效日期 yyyy-MM-dd', 'is not a day yyyy-MM-dd')])
  if (before(today.add({ months: AHEAD_MONTHS_MAX }), day)) {
    throw InvalidInput.of([fail('DATE_IN_FUTURE', '结束日期过远', 'is too far in the future')])
  }
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
  if (before(endOn, enrolment.beginOn)) {
    const message = { zh: '结束日期早于开始日期', en: 'is before the first day' }
    throw InvalidInput.of([{ path: 'endOn', code: 'PERIOD_REVERSED', message }])
  }
  return { ...enrolment, endOn }
}
