import { NotAllowed } from '@yibao/schema/rejection'
import { compactVerify, decodeProtectedHeader, errors, importJWK } from 'jose'
import { saysEachOnce } from '../domain/plain-json.ts'
import { readContent, type SignedContent, differingFields } from '../domain/prescription-content.ts'
import { signatureInvalid, signatureMismatch, signingKeyUnknown } from '../domain/prescription-refusals.ts'
import { algorithmOf, type SigningKey } from '../domain/signing-key.ts'
import type { PrescriptionRecord } from '../domain/prescription.ts'
import { remember } from './remember.ts'

/** What a header may say; anything else would be kept without having been read. */
const HEADER = ['alg', 'kid', 'typ']
const SIGNATURE_MAX = 64 * 1024

/**
 * Checks that a compact JWS is the institution's signature under this content, and answers the id of its key. The payload
 * is JSON that says the same; how it is written is of no account. Throws NotAllowed.
 */
export async function checkSignature(
  jws: string,
  keys: readonly SigningKey[],
  content: SignedContent,
): Promise<{ readonly kid: string }> {
  const kid = keyIdOf(jws)
  const key = keys.find((one) => one.kid === kid)
  if (key === undefined) throw signingKeyUnknown()
  const verified = await verifiedPayload(jws, key)
  if (verified === null) throw signatureInvalid()
  const signed = saysEachOnce(verified.text) ? readContent(verified.payload) : null
  const differing = signed === null ? [] : differingFields(signed, content)
  if (signed === null || differing.length > 0) throw signatureMismatch(differing)
  return { kid: key.kid }
}

function keyIdOf(jws: string): string {
  if (jws.length > SIGNATURE_MAX) throw signatureInvalid()
  try {
    const header = decodeProtectedHeader(jws)
    const isKnown = Object.keys(header).every((name) => HEADER.includes(name))
    const type = header.typ ?? 'JOSE'
    const [head = ''] = jws.split('.')
    if (!saysEachOnce(Buffer.from(head, 'base64url').toString())) throw signatureInvalid()
    if (isKnown && typeof header.kid === 'string' && typeof type === 'string' && /^[a-zA-Z+-]{1,40}$/.test(type))
      return header.kid
  } catch {
    // Falls through: what cannot be read is no signature.
  }
  throw signatureInvalid()
}

/** The JSON a key signed; null when it did not, or when it is no JSON. */
async function verifiedPayload(
  jws: string,
  key: SigningKey,
): Promise<{ readonly text: string; readonly payload: unknown } | null> {
  const algorithm = algorithmOf(key)
  try {
    const imported = await importJWK({ ...key.publicKey }, algorithm)
    const { payload } = await compactVerify(jws, imported, { algorithms: [algorithm] })
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload)
    return { text, payload: JSON.parse(text) }
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError || error instanceof TypeError) return null
    throw error
  }
}

interface SignatureState {
  readonly key: SigningKey | null
  readonly isValid: boolean
}

/** Whether the signature under a stored prescription is good, by whatever key made it, also one that is retired. */
export const signatureState = remember(async (context, one: PrescriptionRecord): Promise<SignatureState> => {
  const keys = await context.load.signingKeys.load(one.institution)
  const key = keys.find(({ kid }) => kid === one.keyId) ?? null
  const isValid = await checkSignature(one.signature, keys, one).then(
    ({ kid }) => kid === one.keyId,
    (error: unknown) => {
      if (error instanceof NotAllowed) return false
      throw error
    },
  )
  return { key, isValid }
})
