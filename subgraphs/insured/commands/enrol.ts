import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { isTextKey } from '@yibao/schema/page'
import { InvalidInput, NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { checkByEmployer, checkEnrolment } from '../domain/enrol.ts'
import { readEnrolment, type EnrolmentInput } from '../domain/enrolment.ts'
import { waitOf, waitOfLate } from '../domain/enrolment-wait.ts'
import type { Insured } from '../domain/person.ts'
import { findEmployer } from '../store/employers.ts'
import { noteEvent } from '../store/enrolment-events.ts'
import { enrolmentRules } from '../store/enrolment-rules.ts'
import { addEnrolment, findEnrolments } from '../store/enrolments.ts'
import { hashIdentity } from '../store/persons.ts'
import { findByNumberAndName } from './contribution-person.ts'
import { refuseLifting, suspendEntered } from './enter-in-arrears.ts'
import { bureauOrEmployer } from './own-enrolment.ts'

/** Who is enrolled: by id when the caller sees the person, else by identity number and name together. */
export interface Named {
  readonly insuredId?: string | null | undefined
  readonly identityNumber?: string | null | undefined
  readonly name?: string | null | undefined
}

export interface EnrolInput extends EnrolmentInput, Named {
  /** Credit code of the employer; an employer that asks may leave out its own. */
  readonly employer?: string | null | undefined
  readonly source?: string | null | undefined
}

export interface EnrolmentKey {
  readonly insuredId: string
  readonly enrolmentId: string
}

/** Enrols a person in the pool of the bureau that asks, or through the employer that asks. */
export async function enrol(
  context: Context,
  { requestId, input }: { requestId: string; input: EnrolInput },
): Promise<EnrolmentKey> {
  const { db, now } = context
  const identity = bureauOrEmployer(context.identity)
  const at = now()
  const asked = withoutNumber(context, input)
  return once(db, { identity, requestId, operation: 'enrol', input: asked, now: at }, async (tx) => {
    const person = await findNamed(context, tx, input)
    const problems: Problem[] = []
    const today = dayOf(at)
    const terms = readEnrolment(input, { today, birthDate: person.birthDate, path: '' }, problems)
    InvalidInput.throwIf(problems)
    const own = identity.kind === 'employer' ? identity.employer : null
    const employer = input.employer ?? own
    if (own === null) refuseOtherPool(terms.pool, identity.kind === 'staff' ? identity.pool : '')
    else refuseOtherEmployer(own, employer)
    const rules = enrolmentRules(terms.pool)
    if (own !== null) checkByEmployer(terms, rules, today)
    if (employer !== null) await requireEmployer(tx, employer, terms.pool)
    const existing = await findEnrolments(tx, [person.id])
    checkEnrolment(terms, existing)

    const due = waitOf(rules, { ...terms, today }, existing)
    const wait = own === null ? due : waitOfLate(due, { ...terms, today })
    const next = {
      ...terms,
      insuredId: person.id,
      status: '1',
      employer,
      coverFrom: wait?.coverFrom ?? null,
      waitReason: wait?.reason ?? null,
      suspendReason: null,
      follows: null,
    }
    if (own !== null) await refuseLifting(tx, next, existing)
    const key = { insuredId: person.id, enrolmentId: await addEnrolment(tx, next, at) }
    const told = { kind: 'ENTERED', from: terms.beginOn, source: input.source ?? null } as const
    await noteEvent(tx, { ...next, id: key.enrolmentId }, { ...told, caller: callerOf(identity), at })
    const { pool, insuranceType, beginOn, endOn } = terms
    const payload = { ...key, pool, insuranceType, beginOn: beginOn.toString(), endOn: endOn?.toString() ?? null }
    await publish(tx, 'insured', { insuredId: person.id, topic: 'enrolment.entered', payload, at })
    const enrolmentId = (await suspendEntered(tx, next, at)) ?? key.enrolmentId
    return { ...key, enrolmentId }
  })
}

/** What the request is recognised by: its digest is stored, and must not give the identity number away. */
export function withoutNumber<T extends Named>({ secrets }: Context, input: T) {
  const { identityNumber } = input
  return { ...input, identityNumber: identityNumber ? hashIdentity(secrets, identityNumber).toString('hex') : null }
}

/** The person an input names. Throws NotFound at the field that named nobody. */
export async function findNamed(context: Context, tx: Tx, input: Named): Promise<Insured> {
  const { load } = context
  const { insuredId, identityNumber, name } = input
  const known = insuredId && uuidFault(insuredId) === null ? await load.person.load(insuredId) : null
  if (known !== null) return known
  if (identityNumber && name && isTextKey(name)) {
    return findByNumberAndName(context, tx, { identityNumber, name })
  }
  throw NotFound.of({ zh: '该参保人', en: 'the person' }, insuredId ? 'insuredId' : 'identityNumber')
}

/** @throws NotAllowed unless the pool has registered the employer. */
export async function requireEmployer(tx: Tx, employer: string, pool: string): Promise<void> {
  const isKnown = isTextKey(employer) && isTextKey(pool) && (await findEmployer(tx, employer, pool)) !== null
  if (isKnown) return
  throw NotAllowed.at('employer', 'EMPLOYER_UNKNOWN', {
    zh: '该单位未在此统筹区登记',
    en: 'the employer is not registered in this pool',
  })
}

function refuseOtherPool(pool: string, own: string): void {
  if (pool === own) return
  throw NotAllowed.at('pool', 'POOL_NOT_YOURS', { zh: '只能办理本统筹区的参保', en: 'must be your own pool' })
}

function refuseOtherEmployer(own: string, named: string | null): void {
  if (named === own) return
  throw NotAllowed.at('employer', 'EMPLOYER_NOT_YOURS', { zh: '只能为本单位办理', en: 'must be your own' })
}
