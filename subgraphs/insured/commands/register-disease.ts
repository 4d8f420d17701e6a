import assert from 'node:assert/strict'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { checkDesignated } from '../domain/designation.ts'
import {
  checkInstitutions,
  checkRegistration,
  poolOf,
  readDisease,
  type DiseaseInput,
} from '../domain/register-disease.ts'
import type { Registration } from '../domain/registration.ts'
import { findDesignations, findKnown } from '../store/designations.ts'
import { findEnrolments } from '../store/enrolments.ts'
import { addRegistration, findRegistrations } from '../store/registrations.ts'

export interface RegisterDiseaseInput extends DiseaseInput {
  /** Somebody the caller sees: of the bureau's pool, or who showed the hospital a credential today. */
  readonly insuredId: string
}

/** Registers a person for a chronic or special disease; answers the id of the registration. */
export async function registerDisease(
  { db, now, identity, load }: Context,
  { requestId, input }: { requestId: string; input: RegisterDiseaseInput },
): Promise<string> {
  const caller = bureauOrHospital(identity)
  const hospital = caller.kind === 'institution' ? caller.institution : null
  const at = now()
  const today = dayOf(at)
  const asked = { identity: caller, requestId, operation: 'registerDisease', input, now: at }
  const { registrationId } = await once(db, asked, async (tx) => {
    if (hospital !== null) checkDesignated(await findDesignations(tx, hospital, today), today)
    const person = uuidFault(input.insuredId) === null ? await load.person.load(input.insuredId) : null
    if (person === null) throw NotFound.of({ zh: '该参保人', en: 'the person' }, 'insuredId')
    const problems: Problem[] = []
    const terms = readDisease(input, { today, hospital }, problems)
    InvalidInput.throwIf(problems)

    const own = caller.kind === 'staff' ? caller.pool : null
    const pool = poolOf(terms, await findEnrolments(tx, [person.id]), own)
    checkInstitutions(terms, await findKnown(tx, [terms.certifiedBy, ...(terms.institutions ?? [])], today))
    checkRegistration(terms, await findRegistrations(tx, [person.id]))

    const registration: Registration = {
      ...terms,
      id: newId(),
      insuredId: person.id,
      pool,
      requestedBy: hospital,
      registeredAt: at,
      endReason: null,
      endedAt: null,
      withdrawn: false,
    }
    await addRegistration(tx, registration)
    const payload = { registrationId: registration.id, pool, beginOn: terms.beginOn.toString() }
    await publish(tx, 'insured', { insuredId: person.id, topic: 'registration.entered', payload, at })
    return { registrationId: registration.id }
  })
  return registrationId
}

export function bureauOrHospital(identity: Context['identity']) {
  assert(identity?.kind === 'staff' || identity?.kind === 'institution', 'the schema lets nobody else in')
  return identity
}
