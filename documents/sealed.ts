import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** What a stream of bytes is encrypted under. */
export interface Seal {
  /** 32 bytes, of one document. */
  readonly key: Buffer
  /** What the bytes are, authenticated with them: a content moved to another place no longer opens. */
  readonly context: string
}

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

const VERSION = 1
const SALT_BYTES = 32
const HEAD_BYTES = 1 + SALT_BYTES
const CHUNK_BYTES = 64 * 1024
const TAG_BYTES = 16

/** How many bytes `seal` makes of so many. */
export const sealedSize = (size: number): number =>
  HEAD_BYTES + size + TAG_BYTES * Math.max(1, Math.ceil(size / CHUNK_BYTES))

/**
 * Encrypts a stream in chunks of 64 KiB with AES-256-GCM, by the construction STREAM: a key of its own from a random
 * salt, the number of the chunk in the nonce, and in its last byte whether it is the last one. So a chunk that is
 * changed, moved, left out or added does not open, and neither does a stream that was cut.
 */
export async function* seal(source: Bytes, { key, context }: Seal): AsyncGenerator<Buffer> {
  const salt = randomBytes(SALT_BYTES)
  const own = deriveKey(key, salt, context)
  yield Buffer.concat([Buffer.of(VERSION), salt])
  let index = 0
  for await (const { chunk, isLast } of inChunks(source, CHUNK_BYTES)) {
    const cipher = createCipheriv('aes-256-gcm', own, nonceOf(index, isLast))
    yield Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
    index += 1
  }
}

/** Opens what `seal` made. Throws at the first chunk that is not what it was, before any byte of it is given out. */
export async function* unseal(source: Bytes, { key, context }: Seal): AsyncGenerator<Buffer> {
  const reader = inChunks(source, CHUNK_BYTES + TAG_BYTES, HEAD_BYTES)
  const head = (await reader.next()).value?.chunk
  assert(head?.length === HEAD_BYTES && head[0] === VERSION, 'the content begins as one of a known version')
  const own = deriveKey(key, head.subarray(1), context)
  let index = 0
  for await (const { chunk, isLast } of reader) {
    assert(chunk.length >= TAG_BYTES, 'the content is whole')
    const decipher = createDecipheriv('aes-256-gcm', own, nonceOf(index, isLast), { authTagLength: TAG_BYTES })
    decipher.setAuthTag(chunk.subarray(-TAG_BYTES))
    const opened = decipher.update(chunk.subarray(0, -TAG_BYTES))
    yield Buffer.concat([opened, decipher.final()])
    index += 1
  }
  assert(index > 0, 'the content is whole')
}

function deriveKey(key: Buffer, salt: Uint8Array, context: string): Buffer {
  assert.equal(key.length, 32, 'the key of a document has 32 bytes')
  return Buffer.from(hkdfSync('sha256', key, salt, `yibao document 1\n${context}`, 32))
}

function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(index, 7)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

/** Cuts a stream into pieces of `size`, after one of `first`; the last may be shorter, and there always is a last one. */
async function* inChunks(source: Bytes, size: number, first = 0): AsyncGenerator<{ chunk: Buffer; isLast: boolean }> {
  let waiting: Uint8Array[] = []
  let length = 0
  let wanted = first === 0 ? size : first
  let isHead = first !== 0
  for await (const piece of source) {
    waiting.push(piece)
    length += piece.length
    // One byte more than a chunk must be there to know that it is not the last.
    while (length > wanted || (isHead && length === wanted)) {
      const all = joined(waiting)
      yield { chunk: all.subarray(0, wanted), isLast: false }
      waiting = [all.subarray(wanted)]
      length -= wanted
      wanted = size
      isHead = false
    }
  }
  yield { chunk: joined(waiting), isLast: true }
}

/** A large piece is cut where it lies, not copied once for every chunk of it. */
function joined(pieces: readonly Uint8Array[]): Buffer {
  const [only] = pieces
  if (only === undefined || pieces.length > 1) return Buffer.concat(pieces)
  return Buffer.from(only.buffer, only.byteOffset, only.length)
}
