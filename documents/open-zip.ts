import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from 'yauzl'
import type { Reason } from './refusal.ts'

/** Reads any range of a content. */
export type ReadRange = (begin: number, end: number) => AsyncIterable<Uint8Array>

/** Limits of the platform: what an archive may unpack to. A table of figures shrinks to a tenth, seldom to a thirtieth. */
const LIMITS = { totalBytes: 1024 ** 3, ratio: 100, freeBytes: 4 * 1024 ** 2 }

/** An archive is not what it has to be. */
export class Unfit extends Error {
  readonly reason: Reason
  constructor(reason: Reason) {
    super(reason)
    this.reason = reason
  }
}

/** The storage failed, not the archive. */
class ReadFailed extends Error {}

/** Opens an archive; whoever does so closes it. What goes wrong with it is for `reasonOf` to tell. */
export const openZip = (size: number, readRange: ReadRange): Promise<ZipFile> =>
  fromRandomAccessReaderPromise(new RangeReader(readRange), size, {
    lazyEntries: true,
    autoClose: false,
    strictFileNames: true,
  })

/** What is wrong with an archive, by what was thrown while it was read; what the storage threw is thrown on. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof Unfit) return error.reason
  if (error instanceof ReadFailed) throw error.cause
  return 'ZIP_DAMAGED'
}

/** What came before an entry, in bytes: the limits hold for the archive as a whole. */
export interface Before {
  readonly unpacked: number
  readonly packed: number
}

/**
 * Unpacks an entry as it is read, in memory that does not grow with it. What an archive says of its sizes is not
 * believed: unpacking stops at the limits, and ends in a fault when it was not what the archive says.
 */
export async function* unpack(
  zip: ZipFile,
  entry: Entry,
  before: Before = { unpacked: 0, packed: 0 },
): AsyncGenerator<Uint8Array> {
  if (entry.isEncrypted()) throw new Unfit('ZIP_ENCRYPTED')
  const packed = before.packed + entry.compressedSize
  // Before a byte of it is unpacked: an honest bomb says how large it is.
  requireModest(before.unpacked + entry.uncompressedSize, packed)
  const stream = await zip.openReadStreamPromise(entry)
  let size = before.unpacked
  let checksum = 0
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      size += piece.length
      requireModest(size, packed)
      checksum = crc32(piece, checksum)
      yield piece
    }
  } finally {
    stream.destroy()
  }
  if (checksum !== entry.crc32) throw new Unfit('ZIP_DAMAGED')
}

function requireModest(unpacked: number, packed: number): void {
  if (unpacked > LIMITS.totalBytes || (unpacked > LIMITS.freeBytes && unpacked > packed * LIMITS.ratio)) {
    throw new Unfit('ZIP_TOO_LARGE')
  }
}

class RangeReader extends RandomAccessReader {
  readonly #readRange: ReadRange
  constructor(readRange: ReadRange) {
    super()
    this.#readRange = readRange
  }
  override _readStreamForRange(begin: number, end: number): Readable {
    return Readable.from(orReadFailed(this.#readRange(begin, end)), { objectMode: false })
  }
}

async function* orReadFailed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source
  } catch (error) {
    throw new ReadFailed('the storage failed', { cause: error })
  }
}
