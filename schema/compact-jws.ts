import { sign, verify, type KeyObject } from 'node:crypto'

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')

/** Signs a text with an Ed25519 key as a compact JWS (RFC 7515). The same text gives the same bytes, always. */
export function signCompact(text: string, { kid, typ }: { kid: string; typ: string }, key: KeyObject): string {
  const input = `${encode(JSON.stringify({ alg: 'EdDSA', kid, typ }))}.${encode(text)}`
  return `${input}.${sign(null, Buffer.from(input, 'ascii'), key).toString('base64url')}`
}

/** What a text that should be a compact JWS turned out to be. */
export type Opened =
  | { readonly kind: 'VALID'; readonly kid: string; readonly text: string }
  | { readonly kind: 'MALFORMED' | 'OTHER_TYPE' | 'OTHER_ALGORITHM' | 'BAD_SIGNATURE' }
  | { readonly kind: 'UNKNOWN_KEY'; readonly kid: string }

/**
 * Opens a compact JWS that was signed with one of `keys`, by their ids. Any changed character is found: decoders pass
 * over bits of the last one that stand for nothing, hence the comparison with what they would have been written as.
 */
export function openCompact(jws: string, typ: string, keys: ReadonlyMap<string, KeyObject>): Opened {
  const parts = jws.split('.')
  const [head = '', body = '', signature = ''] = parts
  const bytes = [head, body, signature].map((part) => Buffer.from(part, 'base64url'))
  const isExact = bytes.every((part, i) => part.length > 0 && part.toString('base64url') === parts[i])
  const header = parts.length === 3 && isExact ? readHeader(bytes[0]) : null
  if (header === null) return { kind: 'MALFORMED' }
  if (header.typ !== typ) return { kind: 'OTHER_TYPE' }
  if (header.alg !== 'EdDSA') return { kind: 'OTHER_ALGORITHM' }
  const key = keys.get(header.kid)
  if (key === undefined) return { kind: 'UNKNOWN_KEY', kid: header.kid }
  const isSigned = verify(null, Buffer.from(`${head}.${body}`, 'ascii'), key, bytes[2] ?? Buffer.alloc(0))
  return isSigned ? { kind: 'VALID', kid: header.kid, text: String(bytes[1]) } : { kind: 'BAD_SIGNATURE' }
}

function readHeader(bytes: Buffer | undefined): { alg: unknown; typ: unknown; kid: string } | null {
  try {
    const { alg, typ, kid } = JSON.parse(String(bytes)) as Record<string, unknown>
    return typeof kid === 'string' ? { alg, typ, kid } : null
  } catch {
    return null
  }
}
