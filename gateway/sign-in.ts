import { createHash } from 'node:crypto'
import { jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose'
import { LRUCache } from 'lru-cache'
import { identityOf } from '@yibao/schema/claims'
import type { Identity } from '@yibao/schema/identity'
import type { Text } from '@yibao/schema/rejection'
import { checkProof, usedInMemory } from './issuer/dpop.ts'
import { localKeys, remoteKeys, SignInUnavailable } from './issuer/key-source.ts'
import type { UsedOnce } from './issuer/store.ts'

/** The claims of an access token that say who the caller is. An issuer elsewhere may name them otherwise. */
export interface ClaimNames {
  readonly kind: string
  readonly institution: string
  readonly pool: string
  readonly insured: string
  readonly employer: string
  readonly channel: string
  /** Thumbprint (RFC 7638) of the key a system signed in with. Without it a system cannot change its keys. */
  readonly key: string
  /** A text with spaces between the scopes or a list. */
  readonly scope: string
}

export interface SignInOptions {
  /** Exactly as it stands in `iss`. */
  readonly issuer: string
  /** What must stand in `aud`. */
  readonly audience: string
  /** The issuer's keys, or where they are; found by discovery when not given. */
  readonly jwks?: JSONWebKeySet | string | undefined
  readonly algorithms?: readonly string[]
  readonly claims?: Partial<ClaimNames>
  /** The public address of the endpoint, to which DPoP proofs are bound. */
  readonly endpoint: string
  /** Tokens that are bound to no key are refused. */
  readonly requireDPoP?: boolean
  /** Where used DPoP proofs are remembered; one memory for all gateways. */
  readonly used?: UsedOnce
}

/** What of the request DPoP covers. */
export interface RequestInfo {
  readonly method: string
  /** Where the request goes when that is not the endpoint, `/files/…`. */
  readonly path?: string
  /** The `DPoP` header. */
  readonly dpop?: string | undefined
}

/**
 * Says who sends a request with this `Authorization` header; null when there is none.
 *
 * @throws Unauthenticated (401) when the header is there but good for nothing.
 * @throws SignInUnavailable (503) when the issuer's keys cannot be had.
 */
export type SignIn = (authorization: string | undefined, request: RequestInfo) => Promise<Identity | null>

/** The token does not hold. One answer for all reasons; `cause` has the reason, for the log. */
export class Unauthenticated extends Error {
  readonly code = 'UNAUTHENTICATED'
  readonly status = 401
  readonly text: Text = {
    zh: '访问令牌无效或已过期，请重新获取。',
    en: 'The access token is not valid or has expired, get a new one.',
  }
  /** Value of the `WWW-Authenticate` header. */
  readonly challenge: string
  constructor(cause: unknown, scheme: 'Bearer' | 'DPoP' = 'Bearer') {
    super('the access token is not valid', { cause })
    this.name = 'Unauthenticated'
    this.challenge = `${scheme} error="invalid_token"${scheme === 'DPoP' ? ', algs="ES256 EdDSA"' : ''}`
  }
}

const NAMES: ClaimNames = {
  kind: 'yibao_kind',
  institution: 'yibao_institution',
  pool: 'yibao_pool',
  insured: 'yibao_insured',
  employer: 'yibao_employer',
  channel: 'yibao_channel',
  key: 'yibao_key',
  scope: 'scope',
}
const ALGORITHMS = ['ES256', 'PS256', 'EdDSA']
const TOKEN_MAX = 8192
const CLOCK_TOLERANCE_SECONDS = 5
/** A token that was checked is believed so long without another check, so a withdrawn key ends soon as well. */
const BELIEVED_SECONDS = 300

interface Known {
  readonly identity: Identity
  /** The thumbprint of the client's key, when the token is bound to one. */
  readonly thumbprint: string | undefined
}

/** Makes the check of access tokens: JWT by RFC 9068 from one issuer, bearer or DPoP. */
export function createSignIn(options: SignInOptions): SignIn {
  const { issuer, audience, jwks, algorithms = ALGORITHMS, endpoint, requireDPoP = false } = options
  const used = orUnavailable(options.used ?? usedInMemory())
  const names = { ...NAMES, ...options.claims }
  const keys = typeof jwks === 'object' ? localKeys(jwks) : remoteKeys(issuer, jwks)
  // A signature costs 177 µs and a client sends one token with hundreds of requests.
  const known = new LRUCache<string, Known>({ max: 10_000 })
  const rules = {
    issuer,
    audience,
    algorithms: [...algorithms],
    typ: 'at+jwt',
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['exp', 'iat', 'sub'],
  }

  async function verified(token: string): Promise<Known> {
    const key = createHash('sha256').update(token).digest('base64')
    const before = known.get(key)
    if (before !== undefined) return before
    const { payload } = await jwtVerify(token, keys, rules)
    const fresh = knownOf(payload, names)
    const left = (payload.exp ?? 0) - Temporal.Now.instant().epochMilliseconds / 1000
    if (left > 0) known.set(key, fresh, { ttl: Math.min(left, BELIEVED_SECONDS) * 1000 })
    return fresh
  }

  async function check(scheme: string, token: string, { method, path, dpop }: RequestInfo): Promise<Identity> {
    const { identity, thumbprint } = await verified(token)
    if (scheme === 'bearer') {
      // A stolen token that is bound to a key must not become a bearer token by saying so.
      if (thumbprint !== undefined || requireDPoP) throw new Error('the token must come with a proof')
      return identity
    }
    if (thumbprint === undefined || dpop === undefined) throw new Error('the proof or the binding is missing')
    const target = path === undefined ? endpoint : new URL(path, endpoint).href
    await checkProof({ proof: dpop, accessToken: token, method, endpoint: target, thumbprint, used })
    return identity
  }

  return async (authorization, request) => {
    if (authorization === undefined) return null
    const [, scheme = '', token = ''] = /^(bearer|dpop) ([\w.~+/-]+=*)$/i.exec(authorization) ?? []
    const asked = scheme.toLowerCase() === 'dpop' || requireDPoP ? 'DPoP' : 'Bearer'
    if (token === '' || token.length > TOKEN_MAX) throw new Unauthenticated('no token', asked)
    try {
      return await check(scheme.toLowerCase(), token, request)
    } catch (error) {
      if (error instanceof SignInUnavailable) throw error
      throw new Unauthenticated(error, asked)
    }
  }
}

/** A memory that cannot be asked says nothing about the caller: that is our outage, not his fault. */
const orUnavailable = (used: UsedOnce): UsedOnce => ({
  firstUse: (key, seconds) =>
    used.firstUse(key, seconds).catch((error: unknown) => {
      throw new SignInUnavailable(error)
    }),
})

function knownOf(payload: JWTPayload, names: ClaimNames): Known {
  const identity = identityOf({
    kind: payload[names.kind],
    subject: payload.sub,
    scopes: payload[names.scope],
    institution: payload[names.institution],
    pool: payload[names.pool],
    insuredId: payload[names.insured],
    employer: payload[names.employer],
    channel: payload[names.channel],
    key: payload[names.key],
  })
  if (identity === null) throw new Error('the claims name nobody the platform knows')
  const { cnf } = payload
  if (cnf === undefined) return { identity, thumbprint: undefined }
  // A binding we do not know (a certificate) would go unchecked, so it is no binding we accept.
  const { jkt } = cnf as { jkt?: unknown }
  if (typeof jkt !== 'string') throw new Error('the token is bound in a way that cannot be checked')
  return { identity, thumbprint: jkt }
}
