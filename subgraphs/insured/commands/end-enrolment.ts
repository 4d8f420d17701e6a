import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { dayOf } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { endEnrolment as decide, readEnd, type EndReason } from '../domain/end-enrolment.ts'
import { findEnrolments, findOwner, setEnd } from '../store/enrolments.ts'
import type { EnrolmentKey } from './enrol.ts'

interface Input {
  readonly enrolmentId: string
  readonly endOn: string
  readonly reason: EndReason
}

/** Sets the last day of an enrolment of the bureau's own pool. */
export async function endEnrolment(
  { db, now, as }: Context,
  { requestId, ...input }: Input & { requestId: string },
): Promise<EnrolmentKey> {
  const identity = as('staff')
  const at = now()
  return once(db, { identity, requestId, operation: 'endEnrolment', input, now: at }, async (tx) => {
    const endOn = readEnd(input.endOn, dayOf(at))
    const id = uuidFault(input.enrolmentId) === null ? input.enrolmentId.toLowerCase() : null
    const insuredId = id === null ? null : await findOwner(tx, id, identity.pool)
    const enrolments = insuredId === null ? [] : await findEnrolments(tx, [insuredId])
    const enrolment = enrolments.find((one) => one.id === id)
    if (enrolment === undefined) throw NotFound.of({ zh: '该参保关系', en: 'the enrolment' }, 'enrolmentId')

    const ended = decide(enrolment, endOn)
    await setEnd(tx, ended, input.reason)
    const payload = { enrolmentId: enrolment.id, pool: enrolment.pool, endOn: endOn.toString(), reason: input.reason }
    await publish(tx, 'insured', { insuredId: enrolment.insuredId, topic: 'enrolment.ended', payload, at })
    return { insuredId: enrolment.insuredId, enrolmentId: enrolment.id }
  })
}
