import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import {
  resumeEnrolment,
  retire,
  suspendEnrolment,
  type Change,
  type SuspendReason,
} from '../domain/enrolment-change.ts'
import type { EventKind } from '../domain/enrolment-event.ts'
import type { Enrolment } from '../domain/enrolment.ts'
import { waitOf } from '../domain/enrolment-wait.ts'
import { readDay } from '../domain/period.ts'
import { readWords, type Words } from '../domain/enrolment-words.ts'
import { carryOut } from '../store/enrolment-change.ts'
import { enrolmentRules } from '../store/enrolment-rules.ts'
import type { EnrolmentKey } from './enrol.ts'
import { withdrawBills } from './contribution-correct.ts'
import { onlyTheBureau } from './enter-in-arrears.ts'
import { bureauOrEmployer, ownEnrolment } from './own-enrolment.ts'

interface ChangeInput extends Words {
  readonly enrolmentId: string
  readonly from: string
}

interface Decided {
  readonly change: Change
  readonly kind: EventKind
  readonly reason: string | null
}

interface Setting {
  readonly one: Enrolment
  readonly existing: readonly Enrolment[]
  readonly when: { readonly from: Temporal.PlainDate; readonly today: Temporal.PlainDate }
}

/** Suspends an enrolment from a day on. */
export const suspend = (
  context: Context,
  { requestId, input }: { requestId: string; input: ChangeInput & { readonly reason: SuspendReason } },
): Promise<EnrolmentKey> =>
  changeEnrolment(context, { requestId, operation: 'suspendEnrolment', input }, ({ one, when }) => {
    if (input.reason === 'ARREARS' && context.identity?.kind === 'employer') throw onlyTheBureau('enrolmentId')
    return { change: suspendEnrolment(one, when, input.reason), kind: 'SUSPENDED', reason: input.reason }
  })

/** Lets a suspended enrolment go on from a day on. */
export const resume = (
  context: Context,
  { requestId, input }: { requestId: string; input: ChangeInput },
): Promise<EnrolmentKey> =>
  changeEnrolment(context, { requestId, operation: 'resumeEnrolment', input }, ({ one, existing, when }) => {
    if (one.suspendReason === 'ARREARS' && context.identity?.kind === 'employer') throw onlyTheBureau('enrolmentId')
    const wait = waitOf(enrolmentRules(one.pool), { ...one, beginOn: when.from, today: when.today }, existing)
    return { change: resumeEnrolment(one, when, wait), kind: 'RESUMED', reason: wait?.reason ?? null }
  })

/** Makes an employee a retired one from a day on. */
export const retirePerson = (
  context: Context,
  { requestId, input }: { requestId: string; input: ChangeInput & { readonly personType: string } },
): Promise<EnrolmentKey> =>
  changeEnrolment(context, { requestId, operation: 'retire', input }, ({ one, when }) => ({
    change: retire(one, when, input.personType),
    kind: 'RETIRED',
    reason: input.personType,
  }))

/** What the three have in common: the enrolment is the caller’s, a row ends and another begins, both are told. */
async function changeEnrolment(
  { db, now, identity: asking }: Context,
  { requestId, operation, input }: { requestId: string; operation: string; input: ChangeInput },
  decide: (setting: Setting) => Decided,
): Promise<EnrolmentKey> {
  const identity = bureauOrEmployer(asking)
  const at = now()
  return once(db, { identity, requestId, operation, input, now: at }, async (tx: Tx) => {
    const problems: Problem[] = []
    const today = dayOf(at)
    const from = readDay(input.from, 'from', problems) ?? today
    const words = readWords(input, today, from, problems)
    InvalidInput.throwIf(problems)
    const { one, existing } = await ownEnrolment(tx, identity, input.enrolmentId)

    const { change, kind, reason } = decide({ one, existing, when: { from, today } })
    if (kind === 'RETIRED') await withdrawBills(tx, { ...one, from }, at)
    const told = { kind, from, reason, ...words, caller: callerOf(identity), at }
    return { insuredId: one.insuredId, enrolmentId: await carryOut(tx, change, told) }
  })
}
