import { createHash, createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The `typ` of a receipt's header. */
export const RECEIPT_TYPE = 'yibao-receipt+jwt'

/** The public half of the key that signs receipts, as it is published. */
export interface ReceiptKey {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

/** A public Ed25519 key as JWK, with its thumbprint (RFC 7638) as id. */
export function receiptKeyOf(key: KeyObject): ReceiptKey {
  const { x = '' } = key.export({ format: 'jwk' })
  const thumbprint = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url')
  return { kty: 'OKP', crv: 'Ed25519', x, kid: thumbprint, alg: 'EdDSA', use: 'sig' }
}

/** Where the key set lies in a data folder: public, so that a receipt can be verified without the platform. */
export const receiptKeysFile = (dataDir: string): string => join(dataDir, 'receipt.jwks.json')

/** Writes the public key set beside the keys, anew at every start. */
export async function writeReceiptKeys(dataDir: string, key: KeyObject): Promise<void> {
  await mkdir(dataDir, { recursive: true })
  const draft = `${receiptKeysFile(dataDir)}.${process.pid}`
  await writeFile(draft, `${JSON.stringify({ keys: [receiptKeyOf(key)] })}\n`, { mode: 0o644 })
  await rename(draft, receiptKeysFile(dataDir))
}

/**
 * Reads a set of public keys (JWKS), or a single one (JWK), by their ids.
 *
 * @throws Error when the text is neither, or a key in it is no public Ed25519 key.
 */
export function readReceiptKeys(text: string): Map<string, KeyObject> {
  const given = JSON.parse(text) as { keys?: unknown }
  const list: unknown[] = Array.isArray(given.keys) ? given.keys : [given]
  const keys = list.map((jwk) => {
    const key = createPublicKey({ key: jwk, format: 'jwk' } as JsonWebKeyInput)
    const isPrivate = typeof jwk === 'object' && jwk !== null && 'd' in jwk
    if (key.asymmetricKeyType !== 'ed25519' || isPrivate) throw new Error('a key is no public Ed25519 key')
    return [receiptKeyOf(key).kid, key] as const
  })
  return new Map(keys)
}
