import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Enrolment } from '../domain/enrolment.ts'
import { findEnrolments, findOwner } from '../store/enrolments.ts'

/** The caller as a bureau or an employer; the schema lets nobody else in. */
export function bureauOrEmployer(identity: Context['identity']) {
  assert(identity?.kind === 'staff' || identity?.kind === 'employer', 'the schema lets nobody else in')
  return identity
}

type Keeping = ReturnType<typeof bureauOrEmployer>

/** An enrolment of the bureau’s pool, or through the employer, beside all that the person has. */
export async function ownEnrolment(
  tx: Tx,
  identity: Keeping,
  enrolmentId: string,
): Promise<{ readonly one: Enrolment; readonly existing: readonly Enrolment[] }> {
  const id = uuidFault(enrolmentId) === null ? enrolmentId.toLowerCase() : null
  const keeper = identity.kind === 'staff' ? { pool: identity.pool } : { employer: identity.employer }
  const insuredId = id === null ? null : await findOwner(tx, id, keeper)
  const existing = insuredId === null ? [] : await findEnrolments(tx, [insuredId])
  const one = existing.find((enrolment) => enrolment.id === id)
  if (one === undefined) throw NotFound.of({ zh: '该参保关系', en: 'the enrolment' }, 'enrolmentId')
  return { one, existing }
}
