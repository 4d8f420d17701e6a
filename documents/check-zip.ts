import { Readable } from 'node:stream'
import { fileTypeFromBuffer } from 'file-type'
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from 'yauzl'
import type { Reason } from './refusal.ts'

/** Reads any range of a content. */
export type ReadRange = (begin: number, end: number) => AsyncIterable<Uint8Array>

/** Limits of the platform: what an archive may unpack to. A table of figures shrinks to a tenth, seldom to a thirtieth. */
const LIMITS = { entries: 2_000, totalBytes: 1024 ** 3, ratio: 100, freeBytes: 4 * 1024 ** 2 }
const HEAD_BYTES = 4_100

/** Programs and further archives, by the first bytes of an entry. */
const FORBIDDEN = new Set([
  'application/zip',
  'application/gzip',
  'application/x-7z-compressed',
  'application/vnd.rar',
  'application/x-rar-compressed',
  'application/x-tar',
  'application/x-xz',
  'application/x-bzip2',
  'application/zstd',
  'application/x-compress',
  'application/x-lzip',
  'application/vnd.ms-cab-compressed',
  'application/x-msdownload',
  'application/x-elf',
  'application/x-mach-binary',
  'application/java-archive',
  'application/java-vm',
  'application/vnd.android.package-archive',
  'application/wasm',
  'application/x-cfb',
  'application/x-ms-shortcut',
  'application/x-deb',
  'application/x-rpm',
  'application/x-shockwave-flash',
  'application/x-apple-diskimage',
  'application/x-iso9660-image',
])

type ZipType = 'application/zip' | 'application/ofd'

/**
 * Says whether an archive may be kept and whether it is an OFD paper, by unpacking each entry to nowhere: what an entry
 * says of its size is not believed, and unpacking stops at the limits.
 */
export async function checkZip(size: number, readRange: ReadRange): Promise<ZipType | { readonly reason: Reason }> {
  let zip: ZipFile | null = null
  try {
    zip = await fromRandomAccessReaderPromise(new RangeReader(readRange), size, {
      lazyEntries: true,
      autoClose: false,
      strictFileNames: true,
    })
    return await checkEntries(zip)
  } catch (error) {
    if (error instanceof Unfit) return { reason: error.reason }
    // What the library throws is about the archive; what reading the storage throws is not.
    if (error instanceof ReadFailed) throw error.cause
    return { reason: 'ZIP_DAMAGED' }
  } finally {
    zip?.close()
  }
}

class Unfit extends Error {
  readonly reason: Reason
  constructor(reason: Reason) {
    super(reason)
    this.reason = reason
  }
}

/** The storage failed, not the archive. */
class ReadFailed extends Error {}

async function checkEntries(zip: ZipFile): Promise<ZipType> {
  if (zip.entryCount > LIMITS.entries) throw new Unfit('ZIP_TOO_LARGE')
  let total = 0
  let packed = 0
  let isOfd = false
  for await (const entry of zip.eachEntry()) {
    if (entry.isEncrypted() || !entry.canDecodeFileData()) throw new Unfit('ZIP_DAMAGED')
    if (entry.fileName === 'OFD.xml') isOfd = true
    if (entry.fileName.endsWith('/')) continue
    packed += entry.compressedSize
    // Before a byte of it is unpacked: an honest bomb says how large it is.
    requireModest(total + entry.uncompressedSize, packed)
    total += await unpackedSize(zip, entry, (unpacked) => requireModest(total + unpacked, packed))
  }
  return isOfd ? 'application/ofd' : 'application/zip'
}

function requireModest(total: number, packed: number): void {
  if (total > LIMITS.totalBytes || (total > LIMITS.freeBytes && total > packed * LIMITS.ratio)) {
    throw new Unfit('ZIP_TOO_LARGE')
  }
}

async function unpackedSize(zip: ZipFile, entry: Entry, check: (size: number) => void): Promise<number> {
  const stream = await zip.openReadStreamPromise(entry)
  const head: Uint8Array[] = []
  let size = 0
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      if (size < HEAD_BYTES) head.push(piece.subarray(0, HEAD_BYTES))
      size += piece.length
      check(size)
    }
  } finally {
    stream.destroy()
  }
  await requireHarmless(Buffer.concat(head).subarray(0, HEAD_BYTES))
  return size
}

async function requireHarmless(head: Buffer): Promise<void> {
  const isScript = head.subarray(0, 2).toString('latin1') === '#!'
  const found = await fileTypeFromBuffer(head).catch(() => undefined)
  if (isScript || (found !== undefined && FORBIDDEN.has(found.mime))) throw new Unfit('ZIP_CONTENT')
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
