import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { document } from '@yibao/drizzle/insured-document'
import { and, desc, eq, inArray, isNull, lt } from 'drizzle-orm'
import type { Document, DocumentFilter } from '../domain/document.ts'
import { findRecords } from './merge-persons.ts'

type Row = typeof document.$inferSelect

const asDocument = ({ documentId: id, sha256, ...row }: Row): Document => ({
  ...row,
  id,
  sha256: sha256?.toString('hex') ?? null,
})

/** The documents with these ids, as far as the reader may see them. */
export async function findDocuments(tx: ReadTx, ids: readonly string[]): Promise<Document[]> {
  const rows = await tx
    .select()
    .from(document)
    .where(inArray(document.documentId, [...ids]))
  return rows.map(asDocument)
}

/** The documents the reader may see, the latest first. */
export async function listDocuments(tx: ReadTx, filter: DocumentFilter, limit: number): Promise<Document[]> {
  const { purpose, state, insuredId, before } = filter
  const rows = await tx
    .select()
    .from(document)
    .where(
      and(
        purpose === undefined ? undefined : eq(document.purpose, purpose),
        state === undefined ? undefined : eq(document.state, state),
        insuredId === undefined ? undefined : inArray(document.insuredId, await findRecords(tx, insuredId)),
        before === undefined ? undefined : lt(document.documentId, before),
      ),
    )
    .orderBy(desc(document.documentId))
    .limit(limit)
  return rows.map(asDocument)
}

/** False when some business has named it meanwhile. */
export async function setWithdrawn(tx: Tx, id: string, now: Temporal.Instant): Promise<boolean> {
  const { rowCount } = await tx
    .update(document)
    .set({ state: 'WITHDRAWN', finishedAt: now })
    .where(and(eq(document.documentId, id), eq(document.state, 'STORED'), isNull(document.usedBy)))
  return rowCount === 1
}
