import { createHash, type KeyObject } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import { claimsOf, identityOf } from './claims.ts'
import type { Identity } from './identity.ts'

const ISSUER = 'yibao-gateway'
const TYPE = 'yibao-internal+jwt'
const LIFE_SECONDS = 30

/** One request of the gateway to a subgraph over HTTP. */
export interface InternalRequest {
  /** Name of the subgraph: "settlement". */
  readonly audience: string
  /** The caller the gateway verified; null when nobody signed in. */
  readonly identity: Identity | null
  readonly traceId: string
  /** The HTTP body exactly as it is sent; the token is good for this body only. */
  readonly body: string | Uint8Array
}

/** The internal token is missing, forged, old, or made for another subgraph or body. Answer 401, say no more. */
export class InternalTokenRefused extends Error {
  constructor(cause?: unknown) {
    super('内部令牌无效。 The internal token is not valid.', { cause })
    this.name = 'InternalTokenRefused'
  }
}

const digest = (body: string | Uint8Array) => createHash('sha256').update(body).digest('base64url')

/** The token that is all a subgraph gets to know of the caller: EdDSA, good for 30 seconds, one subgraph and one body. */
export function signInternal(key: KeyObject, { audience, identity, traceId, body }: InternalRequest): Promise<string> {
  const claims = { trace: traceId, body: digest(body), who: identity === null ? null : claimsOf(identity) }
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: TYPE })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${LIFE_SECONDS}s`)
    .sign(key)
}

/**
 * Checks the token of an internal request and returns the frozen identity it carries.
 *
 * @throws InternalTokenRefused for everything that `signInternal` did not make for this subgraph and this body
 *   within the last 30 seconds.
 */
export async function verifyInternal(
  key: KeyObject,
  { token, audience, body }: { token: string; audience: string; body: string | Uint8Array },
): Promise<{ identity: Identity | null; traceId: string }> {
  const payload = await read(key, token, audience)
  const { trace, who } = payload
  if (payload['body'] !== digest(body) || typeof trace !== 'string') throw new InternalTokenRefused()
  if (who === null) return { identity: null, traceId: trace }
  const identity = typeof who === 'object' ? identityOf(who) : null
  if (identity === null) throw new InternalTokenRefused()
  return { identity, traceId: trace }
}

async function read(key: KeyObject, token: string, audience: string): Promise<Record<string, unknown>> {
  const options = {
    algorithms: ['EdDSA'],
    typ: TYPE,
    issuer: ISSUER,
    audience,
    // Holds the 30 seconds even against a token that was signed with a longer life. Clocks of two machines differ.
    maxTokenAge: LIFE_SECONDS,
    clockTolerance: 2,
    requiredClaims: ['exp', 'trace', 'body', 'who'],
  }
  try {
    return (await jwtVerify(token, key, options)).payload
  } catch (error) {
    throw new InternalTokenRefused(error)
  }
}
