import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import { publicHalf } from '@yibao/schema/keys'

/**
 * Thumbprint of the key that signed a client assertion which holds already; null when none of these did, since it was
 * retired a moment ago. oidc-provider tries the keys itself and does not say which one it was.
 */
export async function signerOf(assertion: string, keys: readonly JWK[]): Promise<string | null> {
  const { alg } = decodeProtectedHeader(assertion)
  for (const key of keys) {
    const isSigner = await importJWK({ ...key }, alg)
      .then((imported) => compactVerify(assertion, imported))
      // A key of another kind cannot be imported for the algorithm: it is not this one either.
      .then(
        () => true,
        () => false,
      )
    if (isSigner) return calculateJwkThumbprint(publicHalf(key))
  }
  return null
}
