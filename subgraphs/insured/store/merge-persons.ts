import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { enrolment, identityHash, personNumber } from '@yibao/drizzle/insured'
import { card, cardChange } from '@yibao/drizzle/insured-credential'
import { personAlias } from '@yibao/drizzle/insured-merge'
import { newId } from '@yibao/drizzle/uuid'
import { and, eq, inArray, ne, sql } from 'drizzle-orm'

export interface Alias {
  readonly insuredId: string
  readonly survivorId: string
}

/** Which of these records were given up, and for whom; as far as the reader may see the person that goes on. */
export const findAliases = (tx: ReadTx, ids: readonly string[]): Promise<Alias[]> =>
  tx
    .select({ insuredId: personAlias.insuredId, survivorId: personAlias.survivorId })
    .from(personAlias)
    .where(inArray(personAlias.insuredId, [...ids]))

/** The records that were merged into these, each with the one that goes on. */
export const findMerged = (tx: ReadTx, survivors: readonly string[]): Promise<Alias[]> =>
  tx
    .select({ insuredId: personAlias.insuredId, survivorId: personAlias.survivorId })
    .from(personAlias)
    .where(inArray(personAlias.survivorId, [...survivors]))

/** The ids of everything that is kept of the person a record is of, whether that one goes on or was given up. */
export async function findRecords(tx: ReadTx, insuredId: string): Promise<string[]> {
  const [alias] = await findAliases(tx, [insuredId])
  const survivor = alias?.survivorId ?? insuredId
  return [survivor, ...(await findMerged(tx, [survivor])).map((one) => one.insuredId)]
}

interface Merge {
  readonly from: string
  readonly into: string
  readonly pool: string
  readonly reason: string
  readonly by: string
  readonly at: Temporal.Instant
}

/** Notes that a record was given up; what was merged into it before leads to the new one as well. */
export async function addAlias(tx: Tx, { from, into, pool, reason, by, at }: Merge): Promise<void> {
  await tx.update(personAlias).set({ survivorId: into }).where(eq(personAlias.survivorId, from))
  const row = { insuredId: from, intoId: into, survivorId: into, pool, reason, mergedBy: by, mergedAt: at }
  await tx.insert(personAlias).values(row)
}

/**
 * Lets the cards of the old record be shown for the other. A person has one card: when the other record has one as well,
 * the old number is one more number of that, and lost with it; otherwise the card goes over. What channels issued upon the
 * old record ends, and codes nobody has used yet are void but for those of certificates.
 */
export async function moveCards(tx: Tx, { from, into, pool, at }: Omit<Merge, 'reason' | 'by'>): Promise<void> {
  const live = await tx
    .select()
    .from(card)
    .where(and(inArray(card.insuredId, [from, into]), ne(card.state, 'REPLACED')))
  const own = live.find(({ insuredId }) => insuredId === into)
  const old = live.find(({ insuredId }) => insuredId === from)
  await tx
    .update(card)
    .set({ state: 'REPLACED', since: at })
    .where(and(eq(card.insuredId, from), ne(card.state, 'REPLACED')))
  const kept = own?.cardId ?? (old === undefined ? null : newId())
  if (own === undefined && old !== undefined && kept !== null) {
    await tx.insert(card).values({ ...old, insuredId: into, cardId: kept, replaces: null })
    const told = { state: old.state, changedBy: pool, reason: '记录合并', at }
    await tx.insert(cardChange).values({ ...told, insuredId: into, cardId: kept, changeId: newId() })
  }
  await tx.execute(sql`
    update insured.credential set insured_id = ${into}, card_id = case when card_id is null then null else ${kept}::uuid end
    where insured_id = ${from}`)
  await tx.execute(sql`
    update insured.electronic_card set state = 'ENDED', ended_at = ${at.toString()}::timestamptz
    where insured_id = ${from} and state in ('AUTHORISED', 'ISSUED')`)
  await tx.execute(sql`
    update insured.voucher set insured_id = ${into} where insured_id = ${from} and origin = 'CERTIFICATE' and used_at is null`)
  await tx.execute(sql`delete from insured.voucher where insured_id = ${from} and used_at is null`)
}

/** Lets what else leads to the old record lead to the other: identity numbers, person numbers, who was shown a card. */
export async function moveNames(tx: Tx, from: string, into: string): Promise<void> {
  await tx.update(identityHash).set({ insuredId: into }).where(eq(identityHash.insuredId, from))
  await tx.update(personNumber).set({ insuredId: into }).where(eq(personNumber.insuredId, from))
  await tx.execute(sql`
    insert into insured.presence (insured_id, institution, day, kind, at)
    select ${into}, institution, day, kind, at from insured.presence where insured_id = ${from}
    on conflict do nothing`)
}

/**
 * Gives enrolments to the other record, under the same ids, with all that was noted of them. The old rows stay and are
 * void from now on: two rows of one person never cover a day together.
 */
export async function moveEnrolments(
  tx: Tx,
  { from, into, at }: Pick<Merge, 'from' | 'into' | 'at'>,
  ids: readonly string[],
): Promise<void> {
  const moving = sql`${sql.param([...ids])}::uuid[]`
  await tx
    .update(enrolment)
    .set({ voidedAt: at })
    .where(and(eq(enrolment.insuredId, from), sql`${enrolment.voidedAt} is null`))
  await tx.execute(sql`
    insert into insured.enrolment (insured_id, enrolment_id, pool, insurance_type, person_type, civil_servant, status,
      begin_on, end_on, end_reason, entered_at, employer, cover_from, wait_reason, suspend_reason, follows)
    select ${into}, enrolment_id, pool, insurance_type, person_type, civil_servant, status,
      begin_on, end_on, end_reason, entered_at, employer, cover_from, wait_reason, suspend_reason, follows
    from insured.enrolment where insured_id = ${from} and enrolment_id = any(${moving})`)
  await tx.execute(sql`
    insert into insured.special_identity (insured_id, enrolment_id, type, begin_on, end_on)
    select ${into}, enrolment_id, type, begin_on, end_on
    from insured.special_identity where insured_id = ${from} and enrolment_id = any(${moving})`)
  await tx.execute(sql`
    insert into insured.enrolment_event (insured_id, event_id, enrolment_id, pool, employer, kind, from_day, reason, note,
      source, caller, at)
    select ${into}, event_id, enrolment_id, pool, employer, kind, from_day, reason, note, source, caller, at
    from insured.enrolment_event where insured_id = ${from} and enrolment_id = any(${moving})`)
}
