import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { readEndReason } from '../domain/chosen-institution.ts'
import { checkDesignated } from '../domain/designation.ts'
import { checkMaternity, endMaternity, keeperOf, readMaternity, type MaternityInput } from '../domain/maternity.ts'
import { findDesignations, findKnown } from '../store/designations.ts'
import { findEnrolments } from '../store/enrolments.ts'
import { addMaternity, findMaternity, findMaternityById, saveMaternity } from '../store/maternity.ts'
import { findRecords } from '../store/merge-persons.ts'
import { bureauOrHospital } from './register-disease.ts'

export interface RegisterMaternityInput extends MaternityInput {
  /** Somebody the caller sees: of the bureau's pool, or who showed the hospital a credential today. */
  readonly insuredId: string
}

/** Registers a woman for maternity care; answers the id of the registration. */
export async function registerMaternity(
  { db, now, identity, load }: Context,
  { requestId, input }: { requestId: string; input: RegisterMaternityInput },
): Promise<string> {
  const caller = bureauOrHospital(identity)
  const requestedBy = caller.kind === 'institution' ? caller.institution : null
  const at = now()
  const today = dayOf(at)
  const asked = { identity: caller, requestId, operation: 'registerMaternity', input, now: at }
  const { registrationId } = await once(db, asked, async (tx) => {
    if (requestedBy !== null) checkDesignated(await findDesignations(tx, requestedBy, today), today)
    const person = uuidFault(input.insuredId) === null ? await load.person.load(input.insuredId) : null
    if (person === null) throw NotFound.of({ zh: '该参保人', en: 'the person' }, 'insuredId')
    const terms = readMaternity(input, today)
    const own = caller.kind === 'staff' ? caller.pool : null
    const { pool, insuranceType } = keeperOf(await findEnrolments(tx, [person.id]), today, own)
    if (terms.hospital !== null) {
      const [known] = await findKnown(tx, [terms.hospital], today)
      if (known?.isActive !== true) throw notDesignated()
    }
    checkMaternity(terms, person.sex, await findMaternity(tx, await findRecords(tx, person.id)))
    const id = newId()
    const open = { registeredAt: at, endReason: null, endedAt: null, withdrawn: false }
    await addMaternity(tx, { ...terms, ...open, id, insuredId: person.id, pool, insuranceType, requestedBy })
    const payload = { registrationId: id, pool, expectedOn: terms.expectedOn.toString() }
    await publish(tx, 'insured', { insuredId: person.id, topic: 'maternity.registered', payload, at })
    return { registrationId: id }
  })
  return registrationId
}

/** Ends a registration today, or takes it back on the day it was entered; answers its id. */
export async function endMaternityRegistration(
  { db, now, identity }: Context,
  { requestId, ...input }: { requestId: string; registrationId: string; reason: string },
): Promise<string> {
  const caller = bureauOrHospital(identity)
  const at = now()
  const asked = { identity: caller, requestId, operation: 'endMaternityRegistration', input, now: at }
  const { registrationId } = await once(db, asked, async (tx) => {
    const reason = readEndReason(input.reason)
    const id = input.registrationId.toLowerCase()
    const found = uuidFault(id) === null ? await findMaternityById(tx, id) : null
    const isTheirs = caller.kind === 'staff' ? found?.pool === caller.pool : found?.requestedBy === caller.institution
    if (found === null || !isTheirs) throw NotFound.of({ zh: '该备案', en: 'the registration' }, 'registrationId')
    const ended = endMaternity(found, reason, at)
    await saveMaternity(tx, ended)
    const payload = { registrationId: ended.id, pool: ended.pool, withdrawn: ended.withdrawn }
    await publish(tx, 'insured', { insuredId: ended.insuredId, topic: 'maternity.ended', payload, at })
    return { registrationId: ended.id }
  })
  return registrationId
}

const notDesignated = (): NotAllowed =>
  NotAllowed.at('hospital', 'INSTITUTION_NOT_DESIGNATED', {
    zh: '该机构目前没有有效的服务协议',
    en: 'the institution has no agreement in force',
  })
