import { readPublicJwk } from '@yibao/schema/public-jwk'
import type { Fields } from './fields.ts'

/** A public key by which signatures of an institution are verified. */
export interface SigningKey {
  readonly institution: string
  readonly kid: string
  /** JWK with its public members only. */
  readonly publicKey: Readonly<Record<string, string>>
  readonly registeredAt: Temporal.Instant
  /** From then on it signs nothing any more; what it signed before stays. */
  readonly retiredAt: Temporal.Instant | null
}

/** Keys in use at a time; a hospital has one or a few, and a new one before the old one goes. */
export const KEYS_MAX = 20

/** A public key as a client sends it: Ed25519 (EdDSA) or P-256 (ES256). */
export interface PublicKeyInput {
  readonly kid: string
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly y?: string | null | undefined
}

/** 32 bytes in Base64url. */
const COORDINATE = {
  pattern: /^[A-Za-z0-9_-]{43}$/,
  form: {
    zh: 'Base64url 编码的 32 字节（43 个字符，无填充）',
    en: '32 bytes in Base64url (43 characters, no padding)',
  },
}
const KID = {
  pattern: /^[A-Za-z0-9._\-:]+$/,
  form: { zh: '半角字母、数字或 . _ - :', en: 'made of letters, digits and . _ - :' },
}

/** Reads a public key. Whether its numbers are one, and written in the one way there is, `isKey` says. */
export function readPublicKey(
  fields: Fields,
  input: PublicKeyInput,
): { kid: string; publicKey: Record<string, string> } {
  const own = fields.within('key')
  const kid = own.text('kid', input.kid, { max: 64, ...KID }) ?? ''
  const crv = own.oneOf('crv', input.crv, ['Ed25519', 'P-256'])
  const kty = own.oneOf('kty', input.kty, [crv === 'P-256' ? 'EC' : 'OKP'])
  const x = own.text('x', input.x, { max: 43, ...COORDINATE })
  const y = crv === 'P-256' ? own.text('y', input.y, { max: 43, ...COORDINATE }) : null
  return { kid, publicKey: { kty: kty ?? '', crv: crv ?? '', x: x ?? '', ...(y !== null && { y }) } }
}

/** The algorithm a key signs with; no signature may say another. */
export const algorithmOf = ({ publicKey }: Pick<SigningKey, 'publicKey'>): 'EdDSA' | 'ES256' =>
  publicKey['crv'] === 'P-256' ? 'ES256' : 'EdDSA'

/** Whether the numbers of a public key are one. */
export const isKey = ({ publicKey }: Pick<SigningKey, 'publicKey'>): boolean =>
  typeof readPublicJwk(publicKey) === 'object'

/** Whether two are the same key, whatever they are called. A key has one form, see `isKey`. */
export const isSameKey = (one: Pick<SigningKey, 'publicKey'>, other: Pick<SigningKey, 'publicKey'>): boolean =>
  ['kty', 'crv', 'x', 'y'].every((member) => one.publicKey[member] === other.publicKey[member])
