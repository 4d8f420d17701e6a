import { Readable } from 'node:stream'
import type { Tx } from '@yibao/drizzle/connect'
import { findDocument } from './document.ts'
import type { DocumentStorage } from './storage.ts'

export interface OpenDocument {
  /** Decrypts as it is read; fails in the middle when the content is not what was stored. */
  readonly stream: Readable
  readonly name: string
  /** By content: `text/csv`. */
  readonly type: string
  readonly size: number
  readonly sha256: Buffer
}

/** Opens a stored document; null when there is none, or none any more. The stream may be read after the transaction. */
export async function readDocument(
  tx: Pick<Tx, 'select'>,
  storage: DocumentStorage,
  documentId: string,
): Promise<OpenDocument | null> {
  const row = await findDocument(tx, documentId)
  if (row === null || row.state !== 'STORED' || row.type === null || row.sha256 === null) return null
  const { name, type, size, sha256, storageKey, keyWrapped } = row
  const content = storage.read(storageKey, storage.openKey(keyWrapped, documentId))
  return { stream: Readable.from(content, { objectMode: false }), name, type, size, sha256 }
}
