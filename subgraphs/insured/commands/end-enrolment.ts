import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import type { Context } from '../context.ts'
import { checkNotLongAgo } from '../domain/enrol.ts'
import { endEnrolment as decide, readEnd, type EndReason } from '../domain/end-enrolment.ts'
import { enrolmentRules } from '../store/enrolment-rules.ts'
import { noteEvent } from '../store/enrolment-events.ts'
import { setEnd } from '../store/enrolments.ts'
import type { EnrolmentKey } from './enrol.ts'
import { withdrawBills } from './contribution-correct.ts'
import { bureauOrEmployer, ownEnrolment } from './own-enrolment.ts'

interface Input {
  readonly enrolmentId: string
  readonly endOn: string
  readonly reason: EndReason
}

/** Sets the last day of an enrolment of the bureau's own pool, or of the employer's own. */
export async function endEnrolment(
  { db, now, ...context }: Context,
  { requestId, ...input }: Input & { requestId: string },
): Promise<EnrolmentKey> {
  const identity = bureauOrEmployer(context.identity)
  const at = now()
  return once(db, { identity, requestId, operation: 'endEnrolment', input, now: at }, async (tx) => {
    const endOn = readEnd(input.endOn, dayOf(at))
    const { one } = await ownEnrolment(tx, identity, input.enrolmentId)
    if (identity.kind === 'employer') checkNotLongAgo('endOn', endOn, enrolmentRules(one.pool), dayOf(at))

    await setEnd(tx, decide(one, endOn), input.reason)
    await withdrawBills(tx, { ...one, from: endOn.add({ days: 1 }) }, at)
    const told = { kind: 'ENDED', from: endOn.add({ days: 1 }), reason: input.reason } as const
    await noteEvent(tx, one, { ...told, caller: callerOf(identity), at })
    const payload = { enrolmentId: one.id, pool: one.pool, endOn: endOn.toString(), reason: input.reason }
    await publish(tx, 'insured', { insuredId: one.insuredId, topic: 'enrolment.ended', payload, at })
    return { insuredId: one.insuredId, enrolmentId: one.id }
  })
}
