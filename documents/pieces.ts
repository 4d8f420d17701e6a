import type { DocumentStorage } from './storage.ts'
import type { Segment } from './upload-rows.ts'

/** An upload as its pieces lie on disk. */
export interface Pieces {
  /** The first bytes, up to the end of the first piece or a little more. */
  head(): Promise<Buffer>
  all(): AsyncGenerator<Uint8Array>
  range(begin: number, end: number): AsyncGenerator<Uint8Array>
}

/** Enough for every magic number, and for the frame header of a photograph behind its thumbnail. */
const HEAD_BYTES = 512 * 1024

/** Reads an upload before it is one content. A piece is some megabytes; the last one read is kept in memory. */
export function readPieces(
  storage: DocumentStorage,
  { segments, key }: { readonly segments: readonly Segment[]; readonly key: Buffer },
): Pieces {
  let last: { readonly at: number; readonly bytes: Buffer } | null = null

  async function open({ beginAt, storageKey }: Segment): Promise<Buffer> {
    if (last?.at === beginAt) return last.bytes
    const bytes = Buffer.concat(await Array.fromAsync(storage.read(storageKey, key)))
    last = { at: beginAt, bytes }
    return bytes
  }

  async function* range(begin: number, end: number): AsyncGenerator<Uint8Array> {
    for (const segment of segments) {
      if (segment.beginAt >= end) return
      if (segment.beginAt + segment.size <= begin) continue
      const bytes = await open(segment)
      yield bytes.subarray(Math.max(0, begin - segment.beginAt), end - segment.beginAt)
    }
  }

  return {
    head: async () => Buffer.concat(await Array.fromAsync(range(0, HEAD_BYTES))),
    all: () => range(0, Number.MAX_SAFE_INTEGER),
    range,
  }
}
