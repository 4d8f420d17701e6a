import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { parseDay } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { readEndReason } from '../domain/chosen-institution.ts'
import type { Enrolment } from '../domain/enrolment.ts'
import {
  checkSpecialIdentity,
  endSpecialIdentity as decideEnd,
  readSpecialIdentity,
  type SpecialIdentityInput,
} from '../domain/special-identity.ts'
import { findEnrolments, findOwner } from '../store/enrolments.ts'
import { addSpecialIdentity as add, setIdentityEnd } from '../store/special-identities.ts'
import { tellIdentityEnd } from './credential-notice.ts'
import type { EnrolmentKey } from './enrol.ts'

/** Adds a special identity to an enrolment of the bureau's pool: bills of its days are split by it from now on. */
export async function addSpecialIdentity(
  { db, now, as }: Context,
  { requestId, input }: { requestId: string; input: SpecialIdentityInput },
): Promise<EnrolmentKey> {
  const identity = as('staff')
  const at = now()
  return once(db, { identity, requestId, operation: 'addSpecialIdentity', input, now: at }, async (tx) => {
    const one = readSpecialIdentity(input)
    const enrolment = await ownEnrolment(tx, input.enrolmentId, identity.pool)
    checkSpecialIdentity(one, enrolment)
    const key = keyOf(enrolment)
    await add(tx, key, one, at)
    const payload = { ...key, type: one.type, from: one.from.toString(), to: one.to?.toString() ?? null }
    await publish(tx, 'insured', { insuredId: key.insuredId, topic: 'identity.added', payload, at })
    return key
  })
}

interface EndInput {
  readonly enrolmentId: string
  readonly type: string
  readonly beginOn: string
  readonly endOn: string
  readonly reason: string
}

/** Gives a special identity its last day. */
export async function endSpecialIdentity(
  { db, now, as }: Context,
  { requestId, input }: { requestId: string; input: EndInput },
): Promise<EnrolmentKey> {
  const identity = as('staff')
  const at = now()
  return once(db, { identity, requestId, operation: 'endSpecialIdentity', input, now: at }, async (tx) => {
    const reason = readEndReason(input.reason)
    const enrolment = await ownEnrolment(tx, input.enrolmentId, identity.pool)
    const beginOn = parseDay(input.beginOn)
    const found = enrolment.identities.find(({ type, from }) => type === input.type && beginOn?.equals(from) === true)
    const endOn = decideEnd(found, input.endOn)
    const key = keyOf(enrolment)
    if (beginOn !== null) await setIdentityEnd(tx, { ...key, type: input.type, beginOn, endOn, reason, at })
    const payload = { ...key, type: input.type, to: endOn.toString() }
    await publish(tx, 'insured', { insuredId: key.insuredId, topic: 'identity.ended', payload, at })
    await tellIdentityEnd(tx, { ...key, type: input.type, pool: identity.pool, endOn }, at)
    return key
  })
}

async function ownEnrolment(tx: Tx, enrolmentId: string, pool: string): Promise<Enrolment> {
  const id = enrolmentId.toLowerCase()
  const insuredId = uuidFault(id) === null ? await findOwner(tx, id, { pool }) : null
  const found = insuredId === null ? [] : await findEnrolments(tx, [insuredId])
  const enrolment = found.find((one) => one.id === id)
  if (enrolment === undefined) throw NotFound.of({ zh: '该参保关系', en: 'the enrolment' }, 'enrolmentId')
  return enrolment
}

const keyOf = ({ id: enrolmentId, insuredId }: Enrolment): EnrolmentKey => ({ insuredId, enrolmentId })
