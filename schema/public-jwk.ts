import { createHash, createPublicKey } from 'node:crypto'

/** A public key of somebody else, written in the only way there is. */
export interface PublicJwk {
  /** What makes the key and nothing else, in the order its thumbprint takes them. */
  readonly jwk: Readonly<Record<string, string>>
  /** RFC 7638, SHA-256. */
  readonly thumbprint: string
  readonly alg: 'ES256' | 'EdDSA' | 'PS256'
}

const KINDS = {
  EC: { members: ['crv', 'kty', 'x', 'y'], crv: 'P-256', alg: 'ES256' },
  OKP: { members: ['crv', 'kty', 'x'], crv: 'Ed25519', alg: 'EdDSA' },
  RSA: { members: ['e', 'kty', 'n'], crv: null, alg: 'PS256' },
} as const

/** Why a key is not taken: another kind of key; a member is missing or is not written as it should be, or is no key. */
export type JwkFault = 'KEY_KIND' | 'KEY_MEMBER'

/**
 * Reads a public key: P-256, Ed25519 or RSA. A member that is no canonical base64url of the right length is a fault, for a
 * decoder drops what it does not know: the same key with a full stop behind it would have another thumbprint, and a key that
 * was revoked would count again. So the key is read, written anew, and has to be what was given.
 */
export function readPublicJwk(given: Readonly<Record<string, unknown>>): PublicJwk | JwkFault {
  const kty = given['kty']
  const kind = kty === 'EC' || kty === 'OKP' || kty === 'RSA' ? KINDS[kty] : null
  if (kind === null || (kind.crv !== null && given['crv'] !== kind.crv)) return 'KEY_KIND'
  const bare = Object.fromEntries(kind.members.map((name) => [name, given[name]]))
  const written = writtenAnew(bare)
  const jwk: Record<string, string> = {}
  for (const member of kind.members) {
    const value = written?.[member]
    if (typeof value !== 'string' || value !== given[member]) return 'KEY_MEMBER'
    jwk[member] = value
  }
  return { jwk, thumbprint: createHash('sha256').update(JSON.stringify(jwk)).digest('base64url'), alg: kind.alg }
}

function writtenAnew(jwk: object): Readonly<Record<string, unknown>> | null {
  try {
    return { ...createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' }) }
  } catch {
    return null
  }
}
