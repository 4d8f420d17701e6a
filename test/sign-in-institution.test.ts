import { request } from 'node:http'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newClientKey } from '@yibao/schema/keys'
import { askToken, assertion, credentials, seconds } from './sign-in-requests.ts'
import { HOSPITAL, issuerWorld, type World } from './sign-in-world.ts'

let world: World
let issuerUrl: string
beforeAll(async () => {
  world = await issuerWorld()
  ;({ issuerUrl } = world.issuer)
})
afterAll(() => world.close())

const ask = async (more: object = {}, fields: Record<string, string> = {}) =>
  askToken(issuerUrl, credentials(await assertion(issuerUrl, HOSPITAL, world.hospitalKey, more), fields))

test('a hospital gets a token for itself with its key, and the gateway knows it by it', async () => {
  const { status, body } = await ask()
  expect(status).toBe(200)
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 300, scope: 'settlement:write settlement:read' })
  const token = String(body['access_token'])
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
  const claims = decodeJwt(token)
  expect(claims).toMatchObject({ iss: issuerUrl, aud: `${world.url}/graphql`, sub: HOSPITAL })
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300)
  const identity = await world.signIn(`Bearer ${token}`, { method: 'POST' })
  expect(identity).toEqual({
    kind: 'institution',
    subject: HOSPITAL,
    key: expect.stringMatching(/^[\w-]{43}$/),
    institution: HOSPITAL,
    scopes: ['settlement:write', 'settlement:read'],
  })
  expect(Object.isFrozen(identity) && Object.isFrozen(identity?.scopes)).toBe(true)
})

test('it gets only the scopes it asks for, and none that are not its own', async () => {
  expect((await ask({}, { scope: 'settlement:read' })).body['scope']).toBe('settlement:read')
  const refused = await ask({}, { scope: 'settlement:read insured:pii' })
  expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
})

test('it gets no token for another resource', async () => {
  const refused = await ask({}, { resource: 'https://elsewhere.example/graphql' })
  expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
})

test('one assertion works once, also when it is sent twenty times at once', async () => {
  const one = credentials(await assertion(issuerUrl, HOSPITAL, world.hospitalKey))
  const answers = await Promise.all(Array.from({ length: 20 }, () => askToken(issuerUrl, one)))
  expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ body }) => body['error'] === 'invalid_client')).toHaveLength(19)
  expect((await askToken(issuerUrl, one)).status).toBe(401)
})

test('an assertion that one process accepted is refused by another', async () => {
  const second = world.another()
  const one = credentials(await assertion(issuerUrl, HOSPITAL, world.hospitalKey))
  expect((await askToken(issuerUrl, one)).status).toBe(200)
  world.use((req, res) => second.handle(req, res))
  expect((await askToken(issuerUrl, one)).status).toBe(401)
  world.use((req, res) => world.issuer.handle(req, res))
})

describe('refused is an assertion', () => {
  const cases: [string, () => object][] = [
    ['for another issuer', () => ({ aud: 'https://elsewhere.example/oidc' })],
    ['for several issuers', () => ({ aud: [issuerUrl, 'https://elsewhere.example/oidc'] })],
    ['that has ended', () => ({ iat: seconds() - 120, exp: seconds() - 60 })],
    ['that ends in a year', () => ({ exp: seconds() + 31_536_000 })],
    ['without an end', () => ({ exp: undefined })],
    ['without an id', () => ({ jti: undefined })],
    ['in the name of another', () => ({ iss: 'H62010000002' })],
    ['about another', () => ({ sub: 'H62010000002' })],
    ['of nobody', () => ({ iss: 'H99999999999', sub: 'H99999999999' })],
  ]
  test.for(cases)('%s', async ([, more]) => {
    expect(await ask(more())).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  test('signed with the key of another', async () => {
    const foreign = { ...(await newClientKey()), kid: world.hospitalKey.kid ?? '' }
    const fields = credentials(await assertion(issuerUrl, HOSPITAL, foreign))
    expect(await askToken(issuerUrl, fields)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  test('made for another server, sent here under the name of that server', async () => {
    const fields = credentials(
      await assertion(issuerUrl, HOSPITAL, world.hospitalKey, { aud: 'http://evil.example/oidc/token' }),
    )
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'content-type': 'application/x-www-form-urlencoded',
    }
    const { promise, resolve } = Promise.withResolvers<number | undefined>()
    const post = request(`${issuerUrl}/token`, { method: 'POST', headers }, (answer) => resolve(answer.statusCode))
    post.end(new URLSearchParams(fields).toString())
    expect(await promise).toBe(401)
  })
})

test('there is no other way to a token: no password, no secret, no code for an institution', async () => {
  const password = await askToken(issuerUrl, {
    grant_type: 'password',
    username: 'lanzhou',
    password: 'x',
    client_id: 'program',
  })
  expect(password).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } })
  const secret = await askToken(issuerUrl, {
    grant_type: 'client_credentials',
    client_id: HOSPITAL,
    client_secret: 'x',
  })
  expect(secret.status).toBe(401)
  const native = await askToken(issuerUrl, { grant_type: 'client_credentials', client_id: 'program' })
  expect(native.status).toBe(400)
  expect(native.body).not.toHaveProperty('access_token')
  for (const path of ['/reg', '/token/introspection', '/me', '/device/auth', '/interaction/x']) {
    expect((await fetch(`${issuerUrl}${path}`)).status).toBe(404)
  }
})

test('an institution taken out of the directory gets no new token', async () => {
  const gone = world.clients.get(HOSPITAL)
  world.clients.delete(HOSPITAL)
  expect((await ask()).status).toBe(401)
  if (gone !== undefined) world.clients.set(HOSPITAL, gone)
  expect((await ask()).status).toBe(200)
})

test('discovery says what there is and links to the public address whatever the request calls it', async () => {
  const answer = await fetch(`${issuerUrl}/.well-known/openid-configuration`, {
    headers: { 'x-forwarded-host': 'evil' },
  })
  const document = (await answer.json()) as Record<string, unknown>
  expect(document).toMatchObject({
    issuer: issuerUrl,
    token_endpoint: `${issuerUrl}/token`,
    jwks_uri: `${issuerUrl}/jwks`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'client_credentials'],
    code_challenge_methods_supported: ['S256'],
  })
  const jwks = await (await fetch(`${issuerUrl}/jwks`)).text()
  expect(jwks).not.toContain('"d"')
})

test('a database that is away is an outage, told without details', async () => {
  const broken = world.another({
    store: { ...brokenStore },
  })
  world.use((req, res) => broken.handle(req, res))
  const answer = await ask()
  world.use((req, res) => world.issuer.handle(req, res))
  expect(answer.status).toBeGreaterThanOrEqual(500)
  expect(JSON.stringify(answer.body)).not.toContain('connection to 10.0.0.1')
  expect(world.events.some(({ event }) => event === 'issuer-failed')).toBe(true)
})

const away = () => Promise.reject(new Error('connection to 10.0.0.1 lost'))
const brokenStore = {
  save: away,
  find: away,
  findSession: away,
  consume: away,
  remove: away,
  removeGrant: away,
  countAttempt: away,
  forgetAttempts: away,
  firstUse: away,
}
