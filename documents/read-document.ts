import { Readable } from 'node:stream'
import type { Tx } from '@yibao/drizzle/connect'
import { findDocument } from './document.ts'
import type { DocumentStorage } from './storage.ts'

interface StoredDocument {
  readonly name: string
  /** By content: `text/csv`. */
  readonly type: string
  readonly size: number
  readonly sha256: Buffer
}

export interface OpenDocument extends StoredDocument {
  /** Decrypts as it is read; fails in the middle when the content is not what was stored. */
  readonly stream: Readable
}

/** Opens a stored document; null when there is none, or none any more. The stream may be read after the transaction. */
export async function readDocument(
  tx: Pick<Tx, 'select'>,
  storage: DocumentStorage,
  documentId: string,
): Promise<OpenDocument | null> {
  const found = await openDocument(tx, storage, documentId)
  if (found === null) return null
  const { read, ...stored } = found
  return { ...stored, stream: Readable.from(read(), { objectMode: false }) }
}

/** The same, with a content that can be read from its beginning as often as it is asked for. */
export async function openDocument(
  tx: Pick<Tx, 'select'>,
  storage: DocumentStorage,
  documentId: string,
): Promise<(StoredDocument & { readonly read: () => AsyncGenerator<Buffer> }) | null> {
  const row = await findDocument(tx, documentId)
  if (row === null || row.state !== 'STORED' || row.type === null || row.sha256 === null) return null
  const { name, type, size, sha256, storageKey, keyWrapped } = row
  const key = storage.openKey(keyWrapped, documentId)
  return { name, type, size, sha256, read: () => storage.read(storageKey, key) }
}
