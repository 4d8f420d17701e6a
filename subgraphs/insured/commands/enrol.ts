import { randomUUIDv7 } from 'node:crypto'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { dayOf } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { isTextKey } from '@yibao/schema/page'
import { InvalidInput, NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { checkEnrolment } from '../domain/enrol.ts'
import { readEnrolment, type EnrolmentInput } from '../domain/enrolment.ts'
import type { Insured } from '../domain/person.ts'
import { addEnrolment, findEnrolments } from '../store/enrolments.ts'
import { findByIdentity, hashIdentity } from '../store/persons.ts'

/** Who is enrolled: by id when the bureau sees the person, else by identity number and name together. */
export interface EnrolInput extends EnrolmentInput {
  readonly insuredId?: string | null | undefined
  readonly identityNumber?: string | null | undefined
  readonly name?: string | null | undefined
}

export interface EnrolmentKey {
  readonly insuredId: string
  readonly enrolmentId: string
}

/** Enrols a person in the pool of the bureau that asks. */
export async function enrol(
  context: Context,
  { requestId, input }: { requestId: string; input: EnrolInput },
): Promise<EnrolmentKey> {
  const { db, secrets, now, as } = context
  const identity = as('staff')
  const at = now()
  const hash = input.identityNumber ? hashIdentity(secrets, input.identityNumber) : null
  const asked = { ...input, identityNumber: hash?.toString('hex') ?? null }
  return once(db, { identity, requestId, operation: 'enrol', input: asked, now: at }, async (tx) => {
    const person = await findPerson(context, input, (name) => (hash === null ? null : findByIdentity(tx, hash, name)))
    const problems: Problem[] = []
    const terms = readEnrolment(input, { today: dayOf(at), birthDate: person.birthDate, path: '' }, problems)
    InvalidInput.throwIf(problems)
    refuseOtherPool(terms.pool, identity.pool)
    checkEnrolment(terms, await findEnrolments(tx, [person.id]))

    const key = { insuredId: person.id, enrolmentId: randomUUIDv7() }
    await addEnrolment(tx, key, terms, at)
    const { pool, insuranceType, beginOn, endOn } = terms
    const payload = { ...key, pool, insuranceType, beginOn: beginOn.toString(), endOn: endOn?.toString() ?? null }
    await publish(tx, 'insured', { insuredId: person.id, topic: 'enrolment.entered', payload, at })
    return key
  })
}

async function findPerson(
  { load }: Context,
  { insuredId, name }: EnrolInput,
  byName: (name: string) => Promise<Insured | null> | null,
): Promise<Insured> {
  const known = insuredId && uuidFault(insuredId) === null ? await load.person.load(insuredId) : null
  const person = known ?? (name && isTextKey(name) ? await byName(name) : null)
  if (person !== null) return person
  throw NotFound.of({ zh: '该参保人', en: 'the person' }, insuredId ? 'insuredId' : 'identityNumber')
}

function refuseOtherPool(pool: string, own: string): void {
  if (pool === own) return
  throw NotAllowed.at('pool', 'POOL_NOT_YOURS', { zh: '只能办理本统筹区的参保', en: 'must be your own pool' })
}
