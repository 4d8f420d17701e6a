import { createHash, randomUUIDv7 } from 'node:crypto'
import type { Tx } from '@yibao/drizzle/connect'
import type { Schema } from '@yibao/drizzle/roles'
import { sql } from 'drizzle-orm'
import { checkFresh, contentPath } from './paths.ts'
import type { DocumentStorage } from './storage.ts'

/** A file the platform made, and whose it is. */
export interface NewDocument {
  readonly purpose: string
  /** As it is called when somebody downloads it. */
  readonly name: string
  /** `application/pdf` */
  readonly type: string
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  readonly size: number
  readonly pool: string | null
  readonly insuredId?: string | null
  readonly institution?: string | null
  readonly employer?: string | null
  /** The business it belongs to: `clearing:<id>`. */
  readonly by: string
  readonly at: Temporal.Instant
}

/**
 * Encrypts a file the platform made and puts it on disk; what it answers writes the row, in the transaction of the
 * business. So no transaction is open while a file is written, and a file without its row is never shown, and swept a day later.
 */
export async function keepDocument(
  storage: DocumentStorage,
  schema: Schema,
  made: NewDocument,
): Promise<{ readonly documentId: string; readonly sha256: Buffer; readonly add: (tx: Tx) => Promise<void> }> {
  const documentId = randomUUIDv7()
  const path = contentPath()
  const { key, wrapped } = storage.newKey(documentId)
  const hash = createHash('sha256')
  let size = 0
  async function* hashed() {
    for await (const piece of made.content) {
      hash.update(piece)
      size += piece.length
      yield piece
    }
  }
  await storage.write(path, hashed(), { key, size: made.size })
  if (size !== made.size) throw new Error(`a document of ${made.size} bytes turned out to have ${size}`)
  const sha256 = hash.digest()
  const { purpose, name, type, pool, insuredId = null, institution = null, employer = null, by, at } = made
  return {
    documentId,
    sha256,
    async add(tx) {
      checkFresh(path)
      await tx.execute(sql`select insured.keep_document_v1(${documentId}, ${purpose}, ${schema}, ${pool}, ${insuredId},
        ${institution}, ${employer}, ${name}, ${type}, ${size}, ${sha256}, ${by}, ${at.toString()}, ${path}, ${wrapped})`)
    },
  }
}
