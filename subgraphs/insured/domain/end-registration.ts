import { before, dayOf } from '@yibao/schema/dates'
import { problemAt } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import { readEnd } from './end-enrolment.ts'
import { reversed } from './period.ts'
import type { Registration } from './registration.ts'

interface EndInput {
  readonly endOn?: string | null | undefined
  readonly reason: string
}

interface End {
  /** Null withdraws the registration, as if it had never been. */
  readonly endOn: Temporal.PlainDate | null
  readonly reason: string
}

/** Reads why, and with which last day, a registration ends; a hospital ends none in the past. */
export function readRegistrationEnd({ endOn, reason }: EndInput, today: Temporal.PlainDate, isHospital: boolean): End {
  const problems: Problem[] = []
  const fault = textFault(reason, { min: 2, max: 500 })
  if (fault !== null) problems.push(problemAt('reason', fault))
  InvalidInput.throwIf(problems)
  const day = endOn == null ? null : readEnd(endOn, today)
  if (day !== null && isHospital && before(day, today)) {
    const message = { zh: '不能早于今天', en: 'is in the past' }
    throw InvalidInput.of([{ path: 'endOn', code: 'DATE_IN_PAST', message }])
  }
  return { endOn: day, reason }
}

/** The registration with its last day, or withdrawn. A last day that was set can only be brought forward. */
export function endRegistration(one: Registration, { endOn, reason }: End, now: Temporal.Instant): Registration {
  const ended = { ...one, endReason: reason, endedAt: now }
  if (one.withdrawn) {
    const text = { zh: '该备案已撤销', en: 'the registration was withdrawn' }
    throw NotAllowed.of({ code: 'REGISTRATION_WITHDRAWN', text })
  }
  if (endOn === null) {
    const today = dayOf(now)
    if (before(today, one.beginOn) || dayOf(one.registeredAt).equals(today)) return { ...ended, withdrawn: true }
    throw NotAllowed.at('endOn', 'WITHDRAWN_TOO_LATE', {
      zh: '已生效的备案只能在录入当日撤销；请填写末日予以终止',
      en: 'a registration that has begun can be withdrawn on the day it was entered only; give its last day',
    })
  }
  if (before(endOn, one.beginOn)) throw InvalidInput.of([reversed('endOn')])
  if (one.endOn !== null && !before(endOn, one.endOn)) {
    const message = { zh: '该备案已经终止或届时已终止', en: 'the registration ends on that day or before it anyway' }
    throw NotAllowed.at('endOn', 'REGISTRATION_ENDED', message)
  }
  return { ...ended, endOn }
}
