import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { canonicalIdentity } from './ids.ts'

/** The keys of personal data, 32 bytes each. Made at first start or injected; never in the database. */
export interface Secrets {
  /** Encrypts identity numbers at rest. */
  readonly dataKey: Buffer
  /** Makes the keyed hashes identity numbers, cards and vouchers are found by. */
  readonly lookupKey: Buffer
}

const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts a text with AES-256-GCM: version byte, nonce, tag, ciphertext. `owner` (the id of the person) is
 * authenticated along with it, so that a ciphertext moved to another person's row no longer opens.
 * A random nonce is safe for about 2^32 texts per key; that is more than everybody in the country, twice.
 */
export function encrypt(secrets: Secrets, text: string, owner: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', secrets.dataKey, nonce)
  cipher.setAAD(Buffer.from(owner))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), body])
}

/** Opens what `encrypt` made for the same owner. Throws when the key, the owner or any byte differs. */
export function decrypt(secrets: Secrets, sealed: Uint8Array, owner: string): string {
  const bytes = Buffer.from(sealed)
  assert.equal(bytes[0], VERSION, 'the ciphertext has a known version')
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES)
  const tag = bytes.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', secrets.dataKey, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(owner))
  decipher.setAuthTag(tag)
  const body = bytes.subarray(1 + NONCE_BYTES + TAG_BYTES)
  return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
}

/**
 * The keyed hash (HMAC-SHA-256, 32 bytes) a value is stored and found by. Without the key the few thousand possible
 * identity numbers of a birth date and place could be tried; with it a copy of the database tells nothing.
 * `kind` keeps the kinds apart: '01' e-voucher, '02' identity card, '03' social-security card (`mdtrt_cert_type`).
 */
export function lookupHash(keys: Pick<Secrets, 'lookupKey'>, kind: string, value: string): Buffer {
  const canonical = kind === '01' ? value : canonicalIdentity(value)
  return createHmac('sha256', keys.lookupKey).update(`${kind}\n${canonical}`, 'utf8').digest()
}

/** The mask of an identity number: the first character only. See decisions/002-the-mask.md for why not the last. */
export const maskIdentity = (identity: string): string =>
  `${identity.slice(0, 1)}${'*'.repeat(Math.max(0, identity.length - 1))}`
