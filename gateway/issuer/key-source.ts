import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import type { Text } from '@yibao/schema/rejection'

/** The issuer's keys, or the memory of used proofs, cannot be reached: nobody can be told from others. Answer 503. */
export class SignInUnavailable extends Error {
  readonly code = 'SIGN_IN_UNAVAILABLE'
  readonly status = 503
  readonly text: Text = {
    zh: '登录服务暂时不可用，请稍后原样重试。',
    en: 'The sign-in service is not available, send the same request again in a moment.',
  }
  constructor(cause: unknown) {
    super('tokens cannot be checked at the moment', { cause })
    this.name = 'SignInUnavailable'
  }
}

const FRESH_MS = 10 * 60_000
const USABLE_MS = 24 * 3_600_000
const TIMEOUT_MS = 5_000
/** After a failed discovery the next is tried no sooner, so that an issuer that is down is not stormed. */
const PAUSE_MS = 5_000

const isWrongKey = (error: unknown) =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys

/** Keys that are at hand: those of the embedded issuer in the same process. */
export const localKeys = (jwks: JSONWebKeySet): JWTVerifyGetKey => createLocalJWKSet(jwks)

/**
 * Keys of an issuer elsewhere, found by its discovery document unless `jwksUri` says where. They are fetched when
 * first needed, again every ten minutes and for an unknown `kid`; while the issuer is down, known keys stay good for
 * a day.
 *
 * @throws SignInUnavailable when there are no keys to go by.
 */
export function remoteKeys(issuer: string, jwksUri?: string): JWTVerifyGetKey {
  let found: Promise<JWTVerifyGetKey> | undefined
  let failedAt = -Infinity

  async function discover(): Promise<JWTVerifyGetKey> {
    if (performance.now() - failedAt < PAUSE_MS) throw new SignInUnavailable('discovery failed a moment ago')
    try {
      return staying(new URL(jwksUri ?? (await discoverJwksUri(issuer))))
    } catch (error) {
      failedAt = performance.now()
      throw new SignInUnavailable(error)
    }
  }

  return async (header, token) => {
    found ??= discover().catch((error: unknown) => {
      found = undefined
      throw error
    })
    return (await found)(header, token)
  }
}

async function discoverJwksUri(issuer: string): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`)
  const { issuer: named, jwks_uri: uri } = (await answer.json()) as Record<string, unknown>
  if (named !== issuer) throw new Error(`${address} is the document of another issuer`)
  if (typeof uri !== 'string') throw new Error(`${address} names no jwks_uri`)
  return uri
}

function staying(address: URL): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(address, { cacheMaxAge: FRESH_MS, timeoutDuration: TIMEOUT_MS })
  let known: { keys: JWTVerifyGetKey; at: number } | undefined
  return async (header, token) => {
    try {
      const key = await remote(header, token)
      const jwks = remote.jwks()
      if (jwks !== undefined) known = { keys: createLocalJWKSet(jwks), at: performance.now() }
      return key
    } catch (error) {
      if (isWrongKey(error)) throw error
      if (known === undefined || performance.now() - known.at > USABLE_MS) throw new SignInUnavailable(error)
      return known.keys(header, token)
    }
  }
}
