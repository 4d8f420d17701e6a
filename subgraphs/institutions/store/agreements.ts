import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { agreement, agreementEvent } from '@yibao/drizzle/institutions'
import { publish } from '@yibao/drizzle/outbox'
import { asc, eq, inArray } from 'drizzle-orm'
import type { Action, Agreement, AgreementEvent, Grounds } from '../domain/agreement.ts'

const facts = {
  id: agreement.id,
  institution: agreement.institution,
  pool: agreement.pool,
  beginOn: agreement.beginOn,
  endOn: agreement.endOn,
  status: agreement.status,
  statusSince: agreement.statusSince,
  cause: agreement.cause,
  suspendedUntil: agreement.suspendedUntil,
  terminatesOn: agreement.terminatesOn,
  suspensions: agreement.suspensions,
  capabilities: agreement.capabilities,
  renews: agreement.renews,
}

/** The agreements of these institutions, oldest first. */
export const findAgreements = (tx: ReadTx, institutions: readonly string[]): Promise<Agreement[]> =>
  tx
    .select(facts)
    .from(agreement)
    .where(inArray(agreement.institution, [...institutions]))
    .orderBy(asc(agreement.beginOn), asc(agreement.id))

/** An agreement by its id; null when there is none. */
export async function findAgreement(tx: ReadTx, id: string): Promise<Agreement | null> {
  const [one] = await tx.select(facts).from(agreement).where(eq(agreement.id, id))
  return one ?? null
}

/** The history of these agreements as far as the reader may know it, oldest first. */
export const findHistory = (tx: ReadTx, agreements: readonly string[]): Promise<AgreementEvent[]> =>
  tx
    .select({
      id: agreementEvent.id,
      agreementId: agreementEvent.agreementId,
      action: agreementEvent.action,
      reason: agreementEvent.reason,
      legalGround: agreementEvent.legalGround,
      cause: agreementEvent.cause,
      effectiveOn: agreementEvent.effectiveOn,
      untilOn: agreementEvent.untilOn,
      at: agreementEvent.at,
    })
    .from(agreementEvent)
    .where(inArray(agreementEvent.agreementId, [...agreements]))
    .orderBy(asc(agreementEvent.at), asc(agreementEvent.id))

export const addAgreement = async (tx: Tx, one: Agreement): Promise<void> => {
  await tx.insert(agreement).values(one)
}

interface NewEvent extends Pick<AgreementEvent, 'effectiveOn' | 'cause' | 'untilOn'> {
  readonly id: string
  readonly action: Action
  readonly grounds: Grounds | null
  readonly actor: string
  readonly at: Temporal.Instant
}

/** Adds an entry to the history of an agreement. */
export async function addEvent(tx: Tx, { id, pool, institution }: Agreement, event: NewEvent): Promise<void> {
  const { grounds, ...rest } = event
  const why = { reason: grounds?.reason ?? null, legalGround: grounds?.legalGround ?? null }
  await tx.insert(agreementEvent).values({ ...rest, ...why, agreementId: id, pool, institution })
  const payload = { agreement: id, institution, pool, action: event.action }
  await publish(tx, 'institutions', { topic: 'agreement.changed', payload, at: event.at })
}

/** Writes what a change made of an agreement. */
export async function saveAgreement(
  tx: Tx,
  { id, status, statusSince, cause, suspendedUntil, terminatesOn, suspensions, capabilities, endOn }: Agreement,
): Promise<void> {
  await tx
    .update(agreement)
    .set({ status, statusSince, cause, suspendedUntil, terminatesOn, suspensions, capabilities, endOn })
    .where(eq(agreement.id, id))
}
