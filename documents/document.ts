import type { Tx } from '@yibao/drizzle/connect'
import { documentV1 } from '@yibao/drizzle/insured-document'
import { eq, sql } from 'drizzle-orm'

/** A document as every subgraph's writer sees it, by `insured.document_v1`. Whoever shows it checks the rights first. */
export type DocumentRow = typeof documentV1.$inferSelect

/** Null when there is none. Its content is there when the state is STORED. */
export async function findDocument(tx: Pick<Tx, 'select'>, documentId: string): Promise<DocumentRow | null> {
  const [row] = await tx.select().from(documentV1).where(eq(documentV1.documentId, documentId))
  return row ?? null
}

export interface DocumentUse {
  readonly documentId: string
  readonly purpose: string
  /** What names it: `claim:<id>`. */
  readonly by: string
  readonly at: Temporal.Instant
}

/**
 * Names a document in a business, in its transaction: from then on nobody can withdraw it. False when there is none of
 * this purpose that is stored. Whether the caller may use it is for the caller to know: compare the columns of the row.
 */
export async function useDocument(tx: Tx, { documentId, purpose, by, at }: DocumentUse): Promise<boolean> {
  const { rows } = await tx.execute<{ used: boolean }>(
    sql`select insured.use_document_v1(${documentId}, ${purpose}, ${by}, ${at.toString()}) as used`,
  )
  return rows[0]?.used === true
}
