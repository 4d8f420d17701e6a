import type { Tx } from '@yibao/drizzle/connect'
import type { ReadRange } from './open-zip.ts'
import { openDocument } from './read-document.ts'
import type { DocumentStorage } from './storage.ts'
import { textInZip } from './text-in-zip.ts'

/** Longer than the directory of an archive with one file, and what is looked through for its end. */
const TAIL_BYTES = 128 * 1024

/**
 * Opens a stored document that is read as a text: its bytes, or those of the one file in it when it is an archive; null
 * when there is none, or none any more. They may be read after the transaction.
 *
 * @throws UnreadableFile while they are read, when the archive is not as it has to be.
 */
export async function readText(
  tx: Pick<Tx, 'select'>,
  storage: DocumentStorage,
  documentId: string,
): Promise<AsyncIterable<Uint8Array> | null> {
  const found = await openDocument(tx, storage, documentId)
  if (found === null) return null
  return found.type === 'application/zip' ? textInZip(found.size, rangesOf(found)) : found.read()
}

interface Sequential {
  readonly size: number
  readonly read: () => AsyncIterable<Uint8Array>
}

/** Ranges of a content that can only be read from its beginning: its end, where archives have their directory, is kept. */
function rangesOf({ size, read }: Sequential): ReadRange {
  const tailBegin = Math.max(0, size - TAIL_BYTES)
  let tail: Buffer | null = null
  return async function* range(begin, end) {
    if (begin < tailBegin) return yield* slice(read(), begin, end)
    tail ??= Buffer.concat(await Array.fromAsync(slice(read(), tailBegin, size)))
    yield tail.subarray(begin - tailBegin, end - tailBegin)
  }
}

async function* slice(pieces: AsyncIterable<Uint8Array>, begin: number, end: number): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const piece of pieces) {
    const next = at + piece.length
    if (next > begin) yield piece.subarray(Math.max(0, begin - at), end - at)
    if (next >= end) return
    at = next
  }
}
