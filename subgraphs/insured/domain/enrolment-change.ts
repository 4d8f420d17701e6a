import { before, holdsOn } from '@yibao/schema/dates'
import { InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import { EMPLOYEE, isPersonType } from './code-tables.ts'
import type { Enrolment, EnrolmentTerms } from './enrolment.ts'
import type { Wait } from './enrolment-wait.ts'

/** Why an enrolment is suspended. */
export const SUSPEND_REASONS = ['EMPLOYER_STOPPED', 'ARREARS', 'LEFT_WORK', 'OTHER'] as const
export type SuspendReason = (typeof SUSPEND_REASONS)[number]

/**
 * What a change does to the rows. No row that has been true for a day is changed but for its last day: what came before
 * stays what it was, and a new row begins. A row of which no day was over is voided and replaced.
 */
export interface Change {
  /** Rows that now end the day before. */
  readonly ended: readonly { readonly enrolment: Enrolment; readonly endOn: Temporal.PlainDate }[]
  /** Rows that never held. */
  readonly voided: readonly Enrolment[]
  /** What begins, without its id. */
  readonly next: NextEnrolment
}

export type NextEnrolment = Omit<Enrolment, 'id' | 'voided'>

interface When {
  readonly from: Temporal.PlainDate
  readonly today: Temporal.PlainDate
}

const SUSPENDED = '2'

/** Suspends an enrolment from a day on, today at the earliest: days that are over stay covered. */
export function suspendEnrolment(one: Enrolment, when: When, reason: SuspendReason): Change {
  refuseOutside(one, when)
  if (one.status === SUSPENDED) {
    throw NotAllowed.at('enrolmentId', 'ALREADY_SUSPENDED', {
      zh: '该参保关系已暂停',
      en: 'the enrolment is suspended already',
    })
  }
  return goOn(one, when.from, { status: SUSPENDED, suspendReason: reason })
}

/** Lets a suspended enrolment go on, after a waiting period when the pool wants one. */
export function resumeEnrolment(one: Enrolment, when: When, wait: Wait | null): Change {
  refuseOutside(one, when)
  if (one.status !== SUSPENDED) {
    throw NotAllowed.at('enrolmentId', 'NOT_SUSPENDED', {
      zh: '该参保关系未暂停',
      en: 'the enrolment is not suspended',
    })
  }
  return goOn(one, when.from, { status: '1', suspendReason: null, ...laterWait(one, wait) })
}

/** Makes an employee a retired one from a day on. */
export function retire(one: Enrolment, when: When, personType: string): Change {
  refuseOutside(one, when)
  if (!isPersonType(personType) || !personType.startsWith('12')) {
    const message = { zh: '应为退休人员类别 12xx', en: 'must be a person type of the retired, 12xx' }
    throw InvalidInput.of([{ path: 'personType', code: 'PERSON_TYPE_MISFIT', message }])
  }
  if (one.insuranceType !== EMPLOYEE || !one.personType.startsWith('11')) {
    const message = { zh: '只有在职职工可办理退休', en: 'only an employee in work can retire' }
    throw NotAllowed.at('enrolmentId', 'NOT_IN_WORK', message)
  }
  // Whoever retires is the employer’s no longer; of what was suspended only arrears outlast that.
  const resumed = one.suspendReason === 'ARREARS' ? {} : { status: '1', suspendReason: null }
  return goOn(one, when.from, { personType, employer: null, ...resumed })
}

interface Transfer extends When {
  readonly pool: string
  readonly terms: EnrolmentTerms
  readonly employer: string | null
  readonly wait: Wait | null
}

/**
 * Moves the insurance of a person to another pool: what there was ends the day before, wherever it was; what would have
 * begun later there never does. The old enrolment may have ended before; then nothing is changed but what begins.
 */
export function transferEnrolment(existing: readonly Enrolment[], { from, today, ...to }: Transfer): Change {
  refusePast(from, today)
  const same = existing.filter((one) => one.insuranceType === to.terms.insuranceType)
  const rest = same.filter((one) => one.endOn === null || !before(one.endOn, from))
  if (rest.some((one) => one.pool === to.pool)) {
    throw NotAllowed.at('from', 'ENROLMENT_OVERLAP', {
      zh: '该险种在本统筹区届时已有参保关系',
      en: 'there is an enrolment of this insurance type in your own pool by then',
    })
  }
  const elsewhere = same
    .filter((one) => one.pool !== to.pool)
    .toSorted((a, b) => (before(a.beginOn, b.beginOn) ? 1 : -1))
  const old = elsewhere.find((one) => before(one.beginOn, from)) ?? elsewhere[0]
  if (old === undefined) {
    throw NotAllowed.at('insuranceType', 'NOTHING_TO_TRANSFER', {
      zh: '该人员在其他统筹区没有该险种的参保关系，请直接办理参保',
      en: 'the person has no enrolment of this insurance type in another pool; enrol them',
    })
  }
  const next: NextEnrolment = {
    ...to.terms,
    beginOn: from,
    insuredId: old.insuredId,
    pool: to.pool,
    status: '1',
    employer: to.employer,
    coverFrom: to.wait?.coverFrom ?? null,
    waitReason: to.wait?.reason ?? null,
    suspendReason: null,
    follows: old.id,
  }
  const [begun, later] = [
    rest.filter((one) => before(one.beginOn, from)),
    rest.filter((one) => !before(one.beginOn, from)),
  ]
  return { ended: begun.map((enrolment) => ({ enrolment, endOn: eveOf(from) })), voided: later, next }
}

const eveOf = (day: Temporal.PlainDate) => day.subtract({ days: 1 })

/** The rest of an enrolment from a day on, changed. */
function goOn(one: Enrolment, from: Temporal.PlainDate, change: Partial<NextEnrolment>): Change {
  const { id: follows, voided: _voided, ...rest } = one
  const waits = one.coverFrom !== null && before(from, one.coverFrom)
  const kept = waits ? {} : { coverFrom: null, waitReason: null }
  const identities = one.identities.filter(({ to }) => to === null || !before(to, from))
  const next: NextEnrolment = { ...rest, ...kept, identities, beginOn: from, follows, ...change }
  return before(one.beginOn, from)
    ? { ended: [{ enrolment: one, endOn: eveOf(from) }], voided: [], next }
    : { ended: [], voided: [one], next }
}

/** A wait that had begun before goes on when it is the longer one. */
function laterWait({ coverFrom }: Enrolment, wait: Wait | null): Partial<NextEnrolment> {
  if (wait === null || (coverFrom !== null && !before(coverFrom, wait.coverFrom))) return {}
  return { coverFrom: wait.coverFrom, waitReason: wait.reason }
}

function refusePast(from: Temporal.PlainDate, today: Temporal.PlainDate): void {
  if (!before(from, today)) return
  const message = {
    zh: '不能早于今天：已过去的日子保持原状',
    en: 'is before today; days that are over stay as they were',
  }
  throw InvalidInput.of([{ path: 'from', code: 'DATE_IN_PAST', message }])
}

function refuseOutside(one: Enrolment, { from, today }: When): void {
  refusePast(from, today)
  if (holdsOn(one, from)) return
  const message = before(from, one.beginOn)
    ? { zh: '早于参保关系的首日', en: 'is before the first day of the enrolment' }
    : { zh: '参保关系届时已终止', en: 'the enrolment will have ended by then' }
  throw NotAllowed.at('from', before(from, one.beginOn) ? 'NOT_YET_BEGUN' : 'ENROLMENT_ENDED', message)
}
