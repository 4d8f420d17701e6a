import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { identityOf } from './claims.ts'
import { InternalTokenRefused, signInternal, verifyInternal } from './internal-token.ts'
import type { Identity } from './identity.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')
const body = '{"query":"{ me { id } }"}'
const audience = 'settlement'
const identities: Identity[] = [
  { kind: 'institution', subject: 'H62020000001', institution: 'H62020000001', scopes: ['settlement:write'] },
  { kind: 'staff', subject: 'lanzhou', pool: '620100', scopes: ['insured:pii'] },
  { kind: 'person', subject: 'p', insuredId: '01890000-0000-7000-8000-000000000001', scopes: [] },
  { kind: 'auditor', subject: 'auditor', scopes: ['audit:read'] },
]
const [hospital = null] = identities

const good = () => signInternal(privateKey, { audience, identity: hospital, traceId: 't1', body })
const check = (token: string, wanted = { audience, body }) => verifyInternal(publicKey, { token, ...wanted })

test('a subgraph gets exactly the identity the gateway verified, frozen', async () => {
  for (const identity of [...identities, null]) {
    const token = await signInternal(privateKey, { audience, identity, traceId: 't1', body })
    const seen = await check(token)
    expect(seen).toEqual({ identity, traceId: 't1' })
    if (seen.identity !== null) {
      expect(Object.isFrozen(seen.identity) && Object.isFrozen(seen.identity.scopes)).toBe(true)
    }
  }
})

const now = () => Math.floor(Temporal.Now.instant().epochMilliseconds / 1000)

const claims = (more: object = {}) => ({
  iss: 'yibao-gateway',
  aud: audience,
  iat: now(),
  exp: now() + 30,
  trace: 't1',
  body: createHash('sha256').update(body).digest('base64url'),
  who: null,
  ...more,
})

const made = (
  more: object = {},
  {
    key = privateKey,
    alg = 'EdDSA',
    typ = 'yibao-internal+jwt',
  }: { key?: KeyObject | Uint8Array; alg?: string; typ?: string } = {},
) => new SignJWT(claims(more)).setProtectedHeader({ alg, typ }).sign(key)

describe('refused is', () => {
  test('nothing of a token made by hand in the right way', async () => {
    await expect(check(await made())).resolves.toEqual({ identity: null, traceId: 't1' })
  })

  const cases: [string, () => Promise<string>][] = [
    ['another audience', () => made({ aud: 'insured' })],
    ['another issuer', () => made({ iss: 'https://partner.example' })],
    ['an old token', () => made({ iat: now() - 60, exp: now() - 30 })],
    ['a life longer than 30 seconds, after 30 seconds', () => made({ iat: now() - 40, exp: now() + 3600 })],
    ['a token without an end', () => made({ exp: undefined })],
    ['a token from the future', () => made({ iat: now() + 600, exp: now() + 630 })],
    ['another key', () => made({}, { key: other.privateKey })],
    ['another type of token', () => made({}, { typ: 'at+jwt' })],
    ['a token without a body digest', () => made({ body: undefined })],
    ['an identity that is none', () => made({ who: { kind: 'staff', subject: 's', pool: 'all' } })],
    ['a kind that is unknown', () => made({ who: { kind: 'root', subject: 's' } })],
    ['a missing identity', () => made({ who: undefined })],
    ['alg none', () => Promise.resolve(new UnsecuredJWT(claims()).encode())],
    [
      'the public key used as a shared secret',
      () => made({}, { key: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'), alg: 'HS256' }),
    ],
    ['no token', () => Promise.resolve('')],
    ['a changed payload', async () => (await good()).replace(/\.[^.]+\./, `.${btoa('{"who":null}')}.`)],
  ]
  test.for(cases)('%s', async ([, token]) => {
    await expect(check(await token())).rejects.toBeInstanceOf(InternalTokenRefused)
  })

  test('the right token with another body or at another subgraph', async () => {
    const token = await good()
    await expect(check(token, { audience, body: `${body} ` })).rejects.toBeInstanceOf(InternalTokenRefused)
    await expect(check(token, { audience: 'insured', body })).rejects.toBeInstanceOf(InternalTokenRefused)
  })
})

test('claims that do not form an identity give none', () => {
  const staff = { kind: 'staff', subject: 's', pool: '620100' }
  expect(identityOf(staff)).not.toBeNull()
  for (const wrong of [
    { pool: '6201' },
    { pool: 620100 },
    { subject: '' },
    { subject: undefined },
    { kind: 'STAFF' },
  ]) {
    expect(identityOf({ ...staff, ...wrong })).toBeNull()
  }
  expect(identityOf({ kind: 'institution', subject: 's', institution: 'X62020000001' })).toBeNull()
  expect(identityOf({ kind: 'person', subject: 's', insuredId: '1' })).toBeNull()
})

const scopes = (value: unknown) => identityOf({ kind: 'auditor', subject: 's', scopes: value })?.scopes

test('scopes come as text or list, and unknown ones are dropped', () => {
  expect(scopes('audit:read openid audit:read')).toEqual(['audit:read'])
  expect(scopes(['insured:read', 7])).toEqual(['insured:read'])
  expect(scopes(undefined)).toEqual([])
})
