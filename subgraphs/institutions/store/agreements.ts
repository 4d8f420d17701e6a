import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { agreement, agreementEvent } from '@yibao/drizzle/institutions'
import { asc, eq, inArray } from 'drizzle-orm'
import type { Action, Agreement, AgreementEvent, Grounds } from '../domain/agreement.ts'

/** The agreements of these institutions, oldest first. */
export const findAgreements = (tx: ReadTx, institutions: readonly string[]): Promise<Agreement[]> =>
  tx
    .select()
    .from(agreement)
    .where(inArray(agreement.institution, [...institutions]))
    .orderBy(asc(agreement.beginOn), asc(agreement.id))

/** An agreement by its id; null when there is none. */
export async function findAgreement(tx: ReadTx, id: string): Promise<Agreement | null> {
  const [one] = await tx.select().from(agreement).where(eq(agreement.id, id))
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
      at: agreementEvent.at,
    })
    .from(agreementEvent)
    .where(inArray(agreementEvent.agreementId, [...agreements]))
    .orderBy(asc(agreementEvent.at), asc(agreementEvent.id))

export const addAgreement = async (tx: Tx, one: Agreement): Promise<void> => {
  await tx.insert(agreement).values(one)
}

/** Adds an entry to the history of an agreement. */
export async function addEvent(
  tx: Tx,
  { id, pool, institution }: Agreement,
  event: { id: string; action: Action; grounds: Grounds | null; actor: string; at: Temporal.Instant },
): Promise<void> {
  const { grounds, ...rest } = event
  const why = { reason: grounds?.reason ?? null, legalGround: grounds?.legalGround ?? null }
  await tx.insert(agreementEvent).values({ ...rest, ...why, agreementId: id, pool, institution })
}

export const setStatus = async (tx: Tx, { id, status, statusSince }: Agreement): Promise<void> => {
  await tx.update(agreement).set({ status, statusSince }).where(eq(agreement.id, id))
}
