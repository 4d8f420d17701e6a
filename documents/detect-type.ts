import { fileTypeFromBuffer } from 'file-type'
import type { Reason } from './refusal.ts'

/** What the first bytes of a content say; which text or archive it is shows only further on. */
export type Kind = 'application/pdf' | 'image/jpeg' | 'image/png' | 'zip' | 'text'

const ZIP_BEGIN = Buffer.from('PK\u0003\u0004', 'latin1')

/** Says by its first bytes what a content is, whatever its name; or why it is not kept. */
export async function detectType(head: Buffer): Promise<Kind | { readonly reason: Reason }> {
  // Nothing but archives begins so; which kind of archive is decided by its directory, at its end.
  if (head.subarray(0, 4).equals(ZIP_BEGIN)) return 'zip'
  const found = await fileTypeFromBuffer(head)
  switch (found?.mime) {
    case 'application/pdf':
    case 'image/jpeg':
    case 'image/png':
      return found.mime
    case undefined:
      return isMarkup(head) ? { reason: 'TYPE_NOT_ALLOWED' } : 'text'
    default:
      return { reason: 'TYPE_NOT_ALLOWED' }
  }
}

/** A page or a script is text too, and what a browser or a shell makes of it is not what anybody uploads here. */
const isMarkup = (head: Buffer): boolean => /^(\uFEFF)?\s*(<[!?a-z]|#!)/i.test(head.subarray(0, 512).toString('utf8'))

const PIXELS_MAX = 100_000_000

/** Whether an image can be shown without filling the memory of whoever opens it; by its header. */
export function isImageModest(kind: 'image/jpeg' | 'image/png', head: Buffer): boolean {
  const size = kind === 'image/png' ? pngSize(head) : jpegSize(head)
  return size !== null && size.width > 0 && size.height > 0 && size.width * size.height <= PIXELS_MAX
}

interface Size {
  readonly width: number
  readonly height: number
}

const pngSize = (head: Buffer): Size | null =>
  head.length >= 24 && head.toString('latin1', 12, 16) === 'IHDR'
    ? { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
    : null

/** Walks the segments of a JPEG to its frame header (SOF0 to SOF15, of which C4, C8 and CC are others). */
function jpegSize(head: Buffer): Size | null {
  let at = 2
  while (at + 9 <= head.length && head[at] === 0xff) {
    const marker = head[at + 1] ?? 0
    if (marker === 0xff) at += 1
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: head.readUInt16BE(at + 5), width: head.readUInt16BE(at + 7) }
    } else at += 2 + head.readUInt16BE(at + 2)
  }
  return null
}
