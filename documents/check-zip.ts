import { fileTypeFromBuffer } from 'file-type'
import type { ZipFile } from 'yauzl'
import { reasonOf, openZip, unpack, Unfit, type ReadRange } from './open-zip.ts'
import type { Reason } from './refusal.ts'

const ENTRIES_MAX = 2_000
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

/** Says whether an archive may be kept and whether it is an OFD paper, by unpacking each entry to nowhere. */
export async function checkZip(size: number, readRange: ReadRange): Promise<ZipType | { readonly reason: Reason }> {
  let zip: ZipFile | null = null
  try {
    zip = await openZip(size, readRange)
    return await checkEntries(zip)
  } catch (error) {
    return { reason: reasonOf(error) }
  } finally {
    zip?.close()
  }
}

async function checkEntries(zip: ZipFile): Promise<ZipType> {
  if (zip.entryCount > ENTRIES_MAX) throw new Unfit('ZIP_TOO_LARGE')
  let unpacked = 0
  let packed = 0
  let isOfd = false
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName === 'OFD.xml') isOfd = true
    if (entry.fileName.endsWith('/')) continue
    const head: Uint8Array[] = []
    let size = 0
    for await (const piece of unpack(zip, entry, { unpacked, packed })) {
      if (size < HEAD_BYTES) head.push(piece.subarray(0, HEAD_BYTES))
      size += piece.length
    }
    await requireHarmless(Buffer.concat(head).subarray(0, HEAD_BYTES))
    unpacked += size
    packed += entry.compressedSize
  }
  return isOfd ? 'application/ofd' : 'application/zip'
}

async function requireHarmless(head: Buffer): Promise<void> {
  const isScript = head.subarray(0, 2).toString('latin1') === '#!'
  const found = await fileTypeFromBuffer(head).catch(() => undefined)
  if (isScript || (found !== undefined && FORBIDDEN.has(found.mime))) throw new Unfit('ZIP_CONTENT')
}
