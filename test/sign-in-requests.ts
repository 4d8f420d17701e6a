import { createHash, randomUUID } from 'node:crypto'
import { importJWK, SignJWT, type JWK } from 'jose'
import { publicHalf } from '@yibao/schema/keys'

export const seconds = () => Math.floor(Temporal.Now.instant().epochMilliseconds / 1000)

/** A JWT with any claims and header, signed with a private JWK. A claim set to undefined is left out. */
export async function signed(key: JWK, claims: object, header: object = {}): Promise<string> {
  const alg = key.alg ?? 'ES256'
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg, ...(key.kid && { kid: key.kid }), ...header })
    .sign(await importJWK(key, alg))
}

/** What a hospital sends to prove who it is. */
export const assertion = (issuerUrl: string, code: string, key: JWK, more: object = {}, header: object = {}) =>
  signed(
    key,
    { iss: code, sub: code, aud: issuerUrl, jti: randomUUID(), iat: seconds(), exp: seconds() + 60, ...more },
    header,
  )

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

/** Posts a form to the token endpoint. */
export async function askToken(
  issuerUrl: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(`${issuerUrl}/token`, { method: 'POST', body: new URLSearchParams(fields), headers })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown>, headers: answer.headers }
}

/** The fields of a client-credentials request. */
export const credentials = (clientAssertion: string, more: Record<string, string> = {}) => ({
  grant_type: 'client_credentials',
  client_assertion_type: ASSERTION_TYPE,
  client_assertion: clientAssertion,
  ...more,
})

/** A DPoP proof for one request. */
export const proof = (
  key: JWK,
  { url, token, method = 'POST' }: { url: string; token?: string; method?: string },
  more: object = {},
) => {
  const { kid: _kid, ...jwk } = publicHalf(key)
  const ath = token && createHash('sha256').update(token).digest('base64url')
  const { kid: _own, ...plain } = key
  return signed(
    plain,
    { jti: randomUUID(), htm: method, htu: url, iat: seconds(), ...(ath && { ath }), ...more },
    { typ: 'dpop+jwt', jwk },
  )
}

/** The address that starts code with PKCE, and the verifier that ends it. */
export function authorizeUrl(issuerUrl: string, more: Record<string, string | undefined> = {}) {
  const verifier = createHash('sha256').update(randomUUID()).digest('base64url')
  const url = new URL(`${issuerUrl}/auth`)
  const fields = {
    client_id: 'program',
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1/callback',
    scope: 'openid settlement:read insured:write insured:pii audit:read filing:write',
    state: 's',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  }
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) url.searchParams.set(name, value)
  return { url, verifier }
}
