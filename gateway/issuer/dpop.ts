import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { UsedOnce } from './store.ts'

/** How old a proof may be, and so for how long its id is remembered. */
const WINDOW_SECONDS = 60

interface Proof {
  /** The `DPoP` header of the request. */
  readonly proof: string
  readonly accessToken: string
  readonly method: string
  /** The public address of the endpoint, without query. */
  readonly endpoint: string
  /** The thumbprint the access token is bound to. */
  readonly thumbprint: string
  readonly used: UsedOnce
}

/**
 * Checks a DPoP proof (RFC 9449 §4.3): signed by the key the token is bound to, for this request and this token,
 * recent, and never seen before.
 *
 * @throws Error when any of it does not hold; the message says which, for the log.
 */
export async function checkProof({ proof, accessToken, method, endpoint, thumbprint, used }: Proof): Promise<void> {
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
    algorithms: ['ES256', 'EdDSA'],
    typ: 'dpop+jwt',
    maxTokenAge: WINDOW_SECONDS,
    clockTolerance: 5,
  })
  const { jti, htm, htu, ath } = payload
  const { jwk } = protectedHeader
  if (jwk === undefined || (await calculateJwkThumbprint(jwk)) !== thumbprint) throw new Error('another key signed it')
  if (htm !== method) throw new Error('it is for another method')
  if (typeof htu !== 'string' || bare(htu) !== bare(endpoint)) throw new Error('it is for another address')
  if (ath !== createHash('sha256').update(accessToken).digest('base64url')) throw new Error('it is for another token')
  if (typeof jti !== 'string' || jti === '' || jti.length > 256) throw new Error('it has no usable id')
  // Twice the window: a proof dated a little ahead by another clock stays acceptable for longer.
  if (!(await used.firstUse(`dpop\n${thumbprint}\n${jti}`, 2 * WINDOW_SECONDS))) throw new Error('it was used before')
}

function bare(address: string): string | undefined {
  const url = URL.parse(address)
  return url === null ? undefined : `${url.origin}${url.pathname}`
}

/**
 * Remembers used keys in this process: right for a single gateway. Several gateways need one memory between them,
 * or a proof is accepted once by each; give them the issuer's store.
 */
export function usedInMemory(max = 100_000): UsedOnce {
  const seen = new LRUCache<string, true>({ max })
  return {
    firstUse(key, seconds) {
      const isFirst = !seen.has(key)
      if (isFirst) seen.set(key, true, { ttl: seconds * 1000 })
      return Promise.resolve(isFirst)
    },
  }
}
