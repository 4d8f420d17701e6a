import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { readEnrolment, type IdentityInput } from '../domain/enrolment.ts'
import { transferEnrolment as decide } from '../domain/enrolment-change.ts'
import { readWords, type Words } from '../domain/enrolment-words.ts'
import { waitOf } from '../domain/enrolment-wait.ts'
import { carryOut } from '../store/enrolment-change.ts'
import { noteEvent } from '../store/enrolment-events.ts'
import { enrolmentRules } from '../store/enrolment-rules.ts'
import { findEnrolments } from '../store/enrolments.ts'
import { withdrawBills } from './contribution-correct.ts'
import { findNamed, requireEmployer, withoutNumber, type EnrolmentKey, type Named } from './enrol.ts'

export interface TransferInput extends Named, Words {
  readonly insuranceType: string
  readonly personType: string
  readonly civilServant?: boolean | null | undefined
  readonly from: string
  readonly employer?: string | null | undefined
  readonly identities?: readonly IdentityInput[] | null | undefined
}

/** Moves a person’s insurance into the pool of the bureau that asks; it is accepted at once. */
export async function transferEnrolment(
  context: Context,
  { requestId, input }: { requestId: string; input: TransferInput },
): Promise<EnrolmentKey> {
  const { db, now } = context
  const identity = context.as('staff')
  const at = now()
  const asked = withoutNumber(context, input)
  return once(db, { identity, requestId, operation: 'transferEnrolment', input: asked, now: at }, async (tx) => {
    const person = await findNamed(context, tx, input)
    const { pool } = identity
    const today = dayOf(at)
    const problems: Problem[] = []
    const read = { ...input, pool, beginOn: input.from, endOn: null }
    const terms = readEnrolment(read, { today, birthDate: person.birthDate, path: '' }, problems)
    const words = readWords(input, today, terms.beginOn, problems)
    InvalidInput.throwIf(problems.map((one) => (one.path === 'beginOn' ? { ...one, path: 'from' } : one)))
    const employer = input.employer ?? null
    if (employer !== null) await requireEmployer(tx, employer, pool)

    const existing = await findEnrolments(tx, [person.id])
    const wait = waitOf(enrolmentRules(pool), { ...terms, today }, existing)
    const change = decide(existing, { from: terms.beginOn, today, pool, terms, employer, wait })
    const told = { from: terms.beginOn, ...words, caller: callerOf(identity), at }
    for (const one of [...change.ended.map(({ enrolment }) => enrolment), ...change.voided]) {
      await noteEvent(tx, one, { ...told, kind: 'TRANSFERRED_OUT', reason: pool })
      await withdrawBills(tx, { ...one, from: terms.beginOn }, at)
    }
    const old = existing.find((one) => one.id === change.next.follows)
    const enrolmentId = await carryOut(tx, change, { ...told, kind: 'TRANSFERRED_IN', reason: old?.pool ?? null })
    return { insuredId: person.id, enrolmentId }
  })
}
