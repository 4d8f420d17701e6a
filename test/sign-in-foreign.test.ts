import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'
import type { AdapterPayload } from 'oidc-provider'
import { Provider } from 'oidc-provider/lib/provider.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { institutionToken } from '@yibao/gateway/issuer/token-client'
import { createSignIn, Unauthenticated, type SignInOptions } from '@yibao/gateway/sign-in'
import { newClientKey, publicHalf } from '@yibao/schema/keys'
import { HOSPITAL, serve } from './sign-in-world.ts'

const audience = 'https://yibao.example.gov.cn/graphql'
let server: Awaited<ReturnType<typeof serve>>
let key: JWK

const nothing = () => Promise.resolve(undefined)

/** As much of an adapter as client credentials need. */
function memory() {
  const kept = new Map<string, AdapterPayload>()
  return (kind: string) => ({
    upsert: async (id: string, payload: AdapterPayload) => void kept.set(`${kind} ${id}`, payload),
    find: (id: string) => Promise.resolve(kept.get(`${kind} ${id}`)),
    findByUid: nothing,
    findByUserCode: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
  })
}

/** The issuer of a province: its own keys (RSA), its own claim names, nothing of ours. */
beforeAll(async () => {
  ;[server, key] = await Promise.all([serve(), newClientKey()])
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
  const provider = new Provider(server.url, {
    adapter: memory(),
    jwks: { keys: [{ ...rsa, alg: 'PS256', use: 'sig', kid: 'province-1' }] },
    cookies: { keys: ['unused'] },
    clientAuthMethods: ['private_key_jwt'],
    clientDefaults: { id_token_signed_response_alg: 'PS256' },
    ttl: { ClientCredentials: 300 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => ({
          scope: 'settlement:write settlement:read',
          audience,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'PS256' } },
        }),
      },
    },
    extraTokenClaims: () => ({ role: 'institution', org_code: HOSPITAL }),
    clients: [
      {
        client_id: 'his-of-the-first-hospital',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [publicHalf(key)] },
      },
    ],
  })
  const answer = provider.callback()
  server.use((req, res) => answer(req, res))
})
afterAll(() => server.close())

const check = (more: Partial<SignInOptions> = {}) =>
  createSignIn({
    issuer: server.url,
    audience,
    endpoint: audience,
    claims: { kind: 'role', institution: 'org_code' },
    ...more,
  })
const token = () => institutionToken(server.url, { code: 'his-of-the-first-hospital', key, scope: 'settlement:write' })

test('an issuer that knows nothing of us vouches for callers by configuration alone', async () => {
  expect(await check()(`Bearer ${await token()}`, { method: 'POST' })).toEqual({
    kind: 'institution',
    subject: 'his-of-the-first-hospital',
    institution: HOSPITAL,
    scopes: ['settlement:write'],
  })
})

test('its tokens are refused where the configuration does not fit them', async () => {
  const header = `Bearer ${await token()}`
  for (const wrong of [
    { audience: 'https://elsewhere.example' },
    { algorithms: ['ES256'] },
    { claims: {} },
    { requireDPoP: true },
  ] satisfies Partial<SignInOptions>[]) {
    await expect(check(wrong)(header, { method: 'POST' })).rejects.toBeInstanceOf(Unauthenticated)
  }
})
