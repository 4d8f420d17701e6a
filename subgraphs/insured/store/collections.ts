import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { identityHash, person } from '@yibao/drizzle/insured'
import { collection, collectionFault } from '@yibao/drizzle/insured-contribution'
import { fenOf } from '@yibao/schema/money'
import type { Problem, Text } from '@yibao/schema/rejection'
import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import type { Collection, CollectionFault } from '../domain/collection.ts'

type Row = typeof collection.$inferSelect

const asCollection = ({ collectionId: id, fault, ...row }: Row): Collection => ({
  ...row,
  id,
  fault: fault as Text | null,
})

/** A collection by id, as far as the reader may see it. */
export async function findCollection(tx: ReadTx, id: string): Promise<Collection | null> {
  const [row] = await tx.select().from(collection).where(eq(collection.collectionId, id))
  return row === undefined ? null : asCollection(row)
}

/** The collection of a file a channel has sent before. */
export async function findByDigest(tx: ReadTx, channel: string, digest: string): Promise<Collection | null> {
  const [row] = await tx
    .select()
    .from(collection)
    .where(and(eq(collection.channel, channel), eq(collection.digest, digest)))
  return row === undefined ? null : asCollection(row)
}

interface CollectionFilter {
  readonly state: Collection['state'] | null
  readonly channel: string | null
  readonly before: string | null
}

/** Collections the reader may see, the latest first. */
export async function listCollections(tx: ReadTx, filter: CollectionFilter, limit: number): Promise<Collection[]> {
  const { state, channel, before } = filter
  const rows = await tx
    .select()
    .from(collection)
    .where(
      and(
        state === null ? undefined : eq(collection.state, state),
        channel === null ? undefined : eq(collection.channel, channel),
        before === null ? undefined : lt(collection.collectionId, before),
      ),
    )
    .orderBy(desc(collection.collectionId))
    .limit(limit)
  return rows.map(asCollection)
}

export async function addCollection(tx: Tx, { id, ...rest }: Collection): Promise<void> {
  await tx.insert(collection).values({ ...rest, collectionId: id })
}

/** The collections that are not posted to the end. */
export async function findWaiting(tx: ReadTx): Promise<string[]> {
  const rows = await tx
    .select({ id: collection.collectionId })
    .from(collection)
    .where(eq(collection.state, 'WAITING'))
    .orderBy(asc(collection.collectionId))
  return rows.map(({ id }) => id)
}

/** How far a collection has come, held until the end of the transaction. */
export async function holdCollection(tx: Tx, id: string): Promise<Collection | null> {
  const [row] = await tx.select().from(collection).where(eq(collection.collectionId, id)).for('update')
  return row === undefined ? null : asCollection(row)
}

/** Writes how far a collection has come; nothing else of it ever changes. */
export async function moveCollection(tx: Tx, { id, ...one }: Collection): Promise<void> {
  const { state, encoding, line, posted, overpaid, known, bad, amount, fault, endedAt } = one
  await tx
    .update(collection)
    .set({ state, encoding, line, posted, overpaid, known, bad, amount: fenOf(amount), fault, endedAt })
    .where(eq(collection.collectionId, id))
}

export async function addFaults(tx: Tx, collectionId: string, faults: readonly CollectionFault[]): Promise<void> {
  if (faults.length === 0) return
  await tx.insert(collectionFault).values(faults.map(({ line, problems }) => ({ collectionId, line, problems })))
}

/** What was wrong with the rows of a collection, by line, after one. */
export async function listFaults(
  tx: ReadTx,
  collectionId: string,
  after: number,
  limit: number,
): Promise<CollectionFault[]> {
  const rows = await tx
    .select({ line: collectionFault.line, problems: collectionFault.problems })
    .from(collectionFault)
    .where(and(eq(collectionFault.collectionId, collectionId), gt(collectionFault.line, after)))
    .orderBy(asc(collectionFault.line))
    .limit(limit)
  return rows.map(({ line, problems }) => ({ line, problems: problems as readonly Problem[] }))
}

/** The persons with these identity numbers, by the keyed hash as hex, with their names. */
export async function findNamed(tx: Tx, hashes: readonly Buffer[]) {
  const rows =
    hashes.length === 0
      ? []
      : await tx
          .select({
            hash: sql<string>`encode(${identityHash.valueHash}, 'hex')`,
            id: person.insuredId,
            name: person.name,
          })
          .from(person)
          .innerJoin(identityHash, eq(identityHash.insuredId, person.insuredId))
          .where(inArray(identityHash.valueHash, [...hashes]))
  return new Map(rows.map(({ hash, ...one }) => [hash, one]))
}
