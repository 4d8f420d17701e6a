import { createPublicKey } from 'node:crypto'
import { SignJWT, UnsecuredJWT, type JWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { SignInUnavailable } from '@yibao/gateway/issuer/key-source'
import { createSignIn, Unauthenticated, type SignIn } from '@yibao/gateway/sign-in'
import { newClientKey, publicHalf } from '@yibao/schema/keys'
import { seconds, signed } from './sign-in-requests.ts'
import { HOSPITAL, INSURED, serve } from './sign-in-world.ts'

const issuer = 'https://id.example.gov.cn'
const audience = 'https://yibao.example.gov.cn/graphql'
const post = { method: 'POST' }
let key: JWK
let second: JWK
let foreign: JWK
let signIn: SignIn

beforeAll(async () => {
  ;[key, second, foreign] = await Promise.all([newClientKey(), newClientKey(), newClientKey()])
  signIn = createSignIn({ issuer, audience, endpoint: audience, jwks: { keys: [publicHalf(key), publicHalf(second)] } })
})

const claims = (more: object = {}) => ({
  iss: issuer,
  aud: audience,
  sub: HOSPITAL,
  iat: seconds(),
  exp: seconds() + 300,
  scope: 'settlement:write openid',
  yibao_kind: 'institution',
  yibao_institution: HOSPITAL,
  ...more,
})
const token = (more: object = {}, header: object = {}, by: JWK = key) =>
  signed(by, claims(more), { typ: 'at+jwt', ...header })

test('without a header nobody signed in', async () => {
  expect(await signIn(undefined, post)).toBeNull()
})

test('a token of the issuer for this audience is the caller, deeply frozen', async () => {
  const identity = await signIn(`bearer ${await token()}`, post)
  expect(identity).toEqual({
    kind: 'institution',
    subject: HOSPITAL,
    institution: HOSPITAL,
    scopes: ['settlement:write'],
  })
  expect(() => Object.assign(identity as object, { institution: 'H62010000002' })).toThrow(TypeError)
  const { scopes } = identity as unknown as { scopes: string[] }
  expect(() => scopes.push('insured:pii')).toThrow(TypeError)
  expect(await signIn(`Bearer ${await token({ aud: ['https://other', audience] }, {}, second)}`, post)).toEqual(
    identity,
  )
})

const publicPem = () => createPublicKey({ key: publicHalf(key), format: 'jwk' }).export({ type: 'spki', format: 'pem' })
const hmac = (secret: string | Buffer) =>
  new SignJWT(claims())
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: key.kid ?? '' })
    .sign(Buffer.from(secret))
const cut = (text: string, index: number, change: (part: string) => string) =>
  text
    .split('.')
    .map((part, i) => (i === index ? change(part) : part))
    .join('.')

describe('401, in Chinese and English and without a reason, is', () => {
  const cases: [string, () => Promise<string>][] = [
    ['an ID token', () => token({}, { typ: 'JWT' })],
    ['a token without a type', () => token({}, { typ: undefined })],
    ['a logout token', () => token({}, { typ: 'logout+jwt' })],
    ['alg none', () => Promise.resolve(new UnsecuredJWT(claims()).encode())],
    ['HS256 with the public key as secret', () => hmac(publicPem())],
    ['HS256 with the JWK as secret', () => hmac(JSON.stringify(publicHalf(key)))],
    ['an expired token', () => token({ iat: seconds() - 400, exp: seconds() - 60 })],
    ['a token that begins later', () => token({ nbf: seconds() + 60 })],
    ['a token without an end', () => token({ exp: undefined })],
    ['another audience', () => token({ aud: 'https://elsewhere.example' })],
    ['no audience', () => token({ aud: undefined })],
    ['another issuer', () => token({ iss: 'https://elsewhere.example' })],
    ['almost the issuer', () => token({ iss: `${issuer}/` })],
    ['an unknown kid', () => token({}, { kid: 'nobody' })],
    ['no kid where there are two keys', () => token({}, { kid: undefined })],
    ['a kid that is no text', () => token({}, { kid: { $ne: '' } })],
    ['the key of another under our kid', () => token({}, { kid: key.kid }, foreign)],
    ['a key of its own in the header', () => token({}, { jwk: publicHalf(foreign), kid: foreign.kid }, foreign)],
    ['a key of its own elsewhere', () => token({}, { jku: 'https://evil.example/jwks', kid: key.kid }, foreign)],
    [
      'a critical header nobody knows',
      async () =>
        cut(await token(), 0, (part) => btoa(JSON.stringify({ ...JSON.parse(atob(part)), crit: ['x'], x: 1 }))),
    ],
    [
      'a changed claim',
      async () => cut(await token(), 1, (part) => btoa(atob(part).replace(HOSPITAL, 'H62010000002'))),
    ],
    ['a changed signature', async () => cut(await token(), 2, (part) => `A${part.slice(1)}B`)],
    ['no signature', async () => cut(await token(), 2, () => '')],
    ['nobody: a kind that is unknown', () => token({ yibao_kind: 'root' })],
    ['nobody: no kind', () => token({ yibao_kind: undefined })],
    ['nobody: a code that is none', () => token({ yibao_institution: 'H6202' })],
    ['nobody: a list of codes', () => token({ yibao_institution: [HOSPITAL] })],
    ['nobody: no subject', () => token({ sub: undefined })],
    ['a token bound to a certificate nobody checks', () => token({ cnf: { 'x5t#S256': 'abc' } })],
    ['a token bound to nothing', () => token({ cnf: null })],
    ['a token bound to a key, sent as bearer', () => token({ cnf: { jkt: 'abc' } })],
    ['three parts of nothing', () => Promise.resolve('a.b.c')],
    ['a word', () => Promise.resolve('null')],
    ['a very long token', () => token({ padding: 'x'.repeat(9000) })],
  ]
  test.for(cases)('%s', async ([, make]) => {
    const error: unknown = await signIn(`Bearer ${await make()}`, post).catch((refused: unknown) => refused)
    expect(error).toBeInstanceOf(Unauthenticated)
    const { code, status, text, challenge, message } = error as Unauthenticated
    expect([code, status]).toEqual(['UNAUTHENTICATED', 401])
    expect(text.zh).toMatch(/令牌/)
    expect(text.en).toMatch(/token/)
    expect(challenge).toBe('Bearer error="invalid_token"')
    expect(message + text.en).not.toMatch(/kid|signature|audience|H62/)
  })

  const headers = ['', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Bearer a b', 'Bearer \u0000', 'DPoP x', 'Token x']
  test.for(headers)('the header %o', async (header) => {
    await expect(signIn(header, post)).rejects.toBeInstanceOf(Unauthenticated)
  })
})

test('a token that was believed is refused once it has ended', async () => {
  const short = `Bearer ${await token({ exp: seconds() + 1 })}`
  expect(await signIn(short, post)).not.toBeNull()
  // The clocks of two machines may differ by five seconds, so it takes a little longer than a second.
  await expect
    .poll(() => signIn(short, post).catch((error: unknown) => error), { timeout: 10_000, interval: 500 })
    .toBeInstanceOf(Unauthenticated)
}, 15_000)

test('the signature of a token is checked once', async () => {
  const many = `Bearer ${await token()}`
  await signIn(many, post)
  const begin = performance.now()
  for (let i = 0; i < 2000; i += 1) await signIn(many, post)
  expect((performance.now() - begin) / 2000).toBeLessThan(0.1)
})

describe('an issuer elsewhere', () => {
  test('may name its claims otherwise and give scopes as a list', async () => {
    const names = { kind: 'yb.role', institution: 'org', pool: 'area', insured: 'pid', scope: 'scp' }
    const other = createSignIn({
      issuer,
      audience,
      endpoint: audience,
      jwks: { keys: [publicHalf(key)] },
      claims: names,
    })
    const made = await token({ 'yb.role': 'person', pid: INSURED, scp: ['filing:write'], yibao_kind: 'auditor' })
    expect(await other(`Bearer ${made}`, post)).toEqual({
      kind: 'person',
      subject: HOSPITAL,
      insuredId: INSURED,
      scopes: ['filing:write'],
    })
  })

  test('is found by discovery; new keys are taken up and old ones stay good while it is down', async () => {
    const server = await serve()
    let keys = [publicHalf(key)]
    let down = true
    server.use((req, res) => {
      if (down) return res.writeHead(500).end()
      const body = req.url?.includes('openid-configuration')
        ? { issuer: server.url, jwks_uri: `${server.url}/keys` }
        : { keys }
      res.setHeader('content-type', 'application/json').end(JSON.stringify(body))
    })
    const here = { iss: server.url }
    const fresh = () => createSignIn({ issuer: server.url, audience, endpoint: audience })

    const early: unknown = await fresh()(`Bearer ${await token(here)}`, post).catch((error: unknown) => error)
    expect(early).toBeInstanceOf(SignInUnavailable)
    expect(early).toMatchObject({ status: 503, code: 'SIGN_IN_UNAVAILABLE' })

    down = false
    const check = fresh()
    expect(await check(`Bearer ${await token(here)}`, post)).not.toBeNull()
    down = true
    expect(await check(`Bearer ${await token({ ...here, jti: '2' })}`, post)).not.toBeNull()
    await expect(check(`Bearer ${await token(here, {}, foreign)}`, post)).rejects.toBeInstanceOf(Unauthenticated)

    down = false
    keys = [publicHalf(second)]
    const later = createSignIn({ issuer: server.url, audience, endpoint: audience, jwks: `${server.url}/keys` })
    expect(await later(`Bearer ${await token(here, {}, second)}`, post)).not.toBeNull()
    await server.close()
  })

  test('that answers with the document of another is not believed', async () => {
    const server = await serve()
    server.use((_req, res) => res.end(JSON.stringify({ issuer, jwks_uri: `${server.url}/keys` })))
    const check = createSignIn({ issuer: server.url, audience, endpoint: audience })
    await expect(check(`Bearer ${await token({ iss: server.url })}`, post)).rejects.toBeInstanceOf(SignInUnavailable)
    await server.close()
  })
})
