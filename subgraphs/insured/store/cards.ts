import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { credential } from '@yibao/drizzle/insured'
import { card, cardChange, electronicCard } from '@yibao/drizzle/insured-credential'
import { newId } from '@yibao/drizzle/uuid'
import { and, asc, eq, gt, inArray, type SQL } from 'drizzle-orm'
import type { Card, CardChange } from '../domain/card-change.ts'
import type { ElectronicCard, ElectronicCardState } from '../domain/electronic-card.ts'

type Db = ReadTx | Tx

const asCard = ({ cardId: id, ...row }: typeof card.$inferSelect): Card => ({ ...row, id })
const asElectronic = ({ electronicCardId: id, ...row }: typeof electronicCard.$inferSelect): ElectronicCard => ({
  ...row,
  id,
})

/** The cards of these persons as far as the reader may see them, oldest first. */
export async function findCards(db: Db, insuredIds: readonly string[]): Promise<Card[]> {
  const mine = inArray(card.insuredId, [...insuredIds])
  const rows = await db.select().from(card).where(mine).orderBy(asc(card.issuedAt), asc(card.cardId))
  return rows.map(asCard)
}

export async function findCard(db: Db, id: string): Promise<Card | null> {
  const [row] = await db.select().from(card).where(eq(card.cardId, id))
  return row === undefined ? null : asCard(row)
}

/** What became of the cards of these persons, oldest first. */
export async function findCardChanges(db: Db, insuredIds: readonly string[]): Promise<CardChange[]> {
  return db
    .select()
    .from(cardChange)
    .where(inArray(cardChange.insuredId, [...insuredIds]))
    .orderBy(asc(cardChange.at), asc(cardChange.changeId))
}

/** Adds a card as it was issued. */
export async function addCard(tx: Tx, { id, ...one }: Card, by: string): Promise<void> {
  await tx.insert(card).values({ ...one, cardId: id })
  await tx.insert(cardChange).values(changeOf({ id, ...one }, by, null))
}

const changeOf = ({ id, insuredId, state, since }: Card, changedBy: string, reason: string | null) => ({
  insuredId,
  changeId: newId(),
  cardId: id,
  state,
  changedBy,
  reason,
  at: since,
})

/**
 * Writes what became of a card, and lets its number count or not from now on. What was decoded from its electronic cards
 * goes with it; those end for good, unless the card is only suspended.
 */
export async function saveCard(
  tx: Tx,
  one: Card,
  { by, reason }: { by: string; reason: string | null },
): Promise<void> {
  const { id, insuredId, state, since } = one
  await tx
    .update(card)
    .set({ state, since })
    .where(and(eq(card.insuredId, insuredId), eq(card.cardId, id)))
  await tx.insert(cardChange).values(changeOf(one, by, reason))
  const itsOwn = and(eq(credential.insuredId, insuredId), eq(credential.cardId, id))
  // Its tokens stay dead when the card counts again; a fresh code is decoded.
  const revived = and(itsOwn, eq(credential.kind, '03'))
  const isGood = state === 'IN_FORCE'
  await tx
    .update(credential)
    .set({ revoked: !isGood })
    .where(isGood ? revived : itsOwn)
  if (state !== 'LOST' && state !== 'REPLACED') return
  await tx
    .update(electronicCard)
    .set({ state: 'ENDED', endedAt: since })
    .where(
      and(
        eq(electronicCard.insuredId, insuredId),
        eq(electronicCard.cardId, id),
        inArray(electronicCard.state, ['AUTHORISED', 'ISSUED']),
      ),
    )
}

/** The electronic cards of these persons as far as the reader may see them, oldest first. */
export async function findElectronicCards(db: Db, insuredIds: readonly string[]): Promise<ElectronicCard[]> {
  const rows = await db
    .select()
    .from(electronicCard)
    .where(inArray(electronicCard.insuredId, [...insuredIds]))
    .orderBy(asc(electronicCard.authorisedAt), asc(electronicCard.electronicCardId))
  return rows.map(asElectronic)
}

export async function findElectronicCard(db: Db, id: string): Promise<ElectronicCard | null> {
  const [row] = await db.select().from(electronicCard).where(eq(electronicCard.electronicCardId, id))
  return row === undefined ? null : asElectronic(row)
}

interface ElectronicCardFilter {
  readonly channel: string | null
  readonly state: ElectronicCardState | null
  readonly after: string | null
}

/** A page of electronic cards the reader may see, of a channel or of all, in the order they were authorised. */
export async function listElectronicCards(
  db: Db,
  { channel, state, after }: ElectronicCardFilter,
  limit: number,
): Promise<ElectronicCard[]> {
  const wanted: (SQL | undefined)[] = [
    channel === null ? undefined : eq(electronicCard.channel, channel),
    state === null ? undefined : eq(electronicCard.state, state),
    after === null ? undefined : gt(electronicCard.electronicCardId, after),
  ]
  const rows = await db
    .select()
    .from(electronicCard)
    .where(and(...wanted))
    .orderBy(asc(electronicCard.electronicCardId))
    .limit(limit)
  return rows.map(asElectronic)
}

export async function addElectronicCard(tx: Tx, { id, ...one }: ElectronicCard): Promise<void> {
  await tx.insert(electronicCard).values({ ...one, electronicCardId: id })
}

export async function saveElectronicCard(tx: Tx, one: ElectronicCard): Promise<void> {
  const { id, insuredId, state, issuedAt, endedAt } = one
  await tx
    .update(electronicCard)
    .set({ state, issuedAt, endedAt })
    .where(and(eq(electronicCard.insuredId, insuredId), eq(electronicCard.electronicCardId, id)))
}
