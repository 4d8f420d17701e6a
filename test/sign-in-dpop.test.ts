import { decodeJwt, type JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { usedInMemory } from '@yibao/gateway/issuer/dpop'
import { SignInUnavailable } from '@yibao/gateway/issuer/key-source'
import { Unauthenticated, type SignIn } from '@yibao/gateway/sign-in'
import { newClientKey } from '@yibao/schema/keys'
import { askToken, assertion, credentials, proof, seconds } from './sign-in-requests.ts'
import { HOSPITAL, issuerDatabase, issuerWorld, type World } from './sign-in-world.ts'

let world: World
let database: Awaited<ReturnType<typeof issuerDatabase>>
let key: JWK
let other: JWK
let token: string
let endpoint: string
let signIn: SignIn

beforeAll(async () => {
  ;[world, database, key, other] = await Promise.all([issuerWorld(), issuerDatabase(), newClientKey(), newClientKey()])
  endpoint = world.issuer.resource
  signIn = world.checker({ used: database.store })
  token = String((await ask(await proof(key, { url: `${world.issuer.issuerUrl}/token` }))).body['access_token'])
})
afterAll(() => Promise.all([world.close(), database.close()]))

async function ask(dpop?: string) {
  const { issuerUrl } = world.issuer
  const fields = credentials(await assertion(issuerUrl, HOSPITAL, world.hospitalKey))
  return askToken(issuerUrl, fields, dpop === undefined ? {} : { dpop })
}

test('a token asked for with a proof is bound to the key that signed it', async () => {
  const { body } = await ask(await proof(key, { url: `${world.issuer.issuerUrl}/token` }))
  expect(body['token_type']).toBe('DPoP')
  expect(decodeJwt(String(body['access_token']))['cnf']).toEqual({ jkt: key.kid })
})

test('at the issuer a proof works once, is for its address, and is required when the platform says so', async () => {
  const { issuerUrl } = world.issuer
  const once = await proof(key, { url: `${issuerUrl}/token` })
  expect([(await ask(once)).status, (await ask(once)).status]).toEqual([200, 400])
  expect((await ask(await proof(key, { url: 'https://evil.example/token' }))).status).toBe(400)
  const strict = world.another({ requireDPoP: true })
  world.use((req, res) => strict.handle(req, res))
  expect((await ask()).status).toBe(400)
  expect((await ask(await proof(key, { url: `${issuerUrl}/token` }))).status).toBe(200)
  world.use((req, res) => world.issuer.handle(req, res))
})

test('with a proof for this request the caller is known, as often as there is a new proof', async () => {
  for (let i = 0; i < 3; i += 1) {
    const dpop = await proof(key, { url: endpoint, token })
    expect(await signIn(`DPoP ${token}`, { method: 'POST', dpop })).toMatchObject({ institution: HOSPITAL })
  }
  const dpop = await proof(key, { url: `${endpoint}?query=x#y`, token, method: 'GET' })
  expect(await signIn(`DPoP ${token}`, { method: 'GET', dpop })).toMatchObject({ institution: HOSPITAL })
})

const refused = async (dpop: string | undefined, { scheme = 'DPoP', method = 'POST' } = {}) =>
  expect(signIn(`${scheme} ${token}`, { method, dpop })).rejects.toBeInstanceOf(Unauthenticated)
const here = () => ({ url: endpoint, token })

describe('refused is', () => {
  test('the bound token as a bearer token, with or without a proof', async () => {
    await refused(undefined, { scheme: 'Bearer' })
    await refused(await proof(key, here()), { scheme: 'Bearer' })
  })
  test('no proof, or one that is none', async () => {
    await refused(undefined)
    await refused('')
    await refused('a.b.c')
  })
  test('a proof with another key', async () => refused(await proof(other, here())))
  test('a proof for another method', async () => refused(await proof(key, { ...here(), method: 'GET' })))
  test('a proof for another address', async () =>
    refused(await proof(key, { ...here(), url: 'https://evil.example/graphql' })))
  test('a proof for another token', async () => refused(await proof(key, { ...here(), token: `${token}x` })))
  test('a proof for no token', async () => refused(await proof(key, { url: endpoint })))
  test('an old proof', async () => refused(await proof(key, here(), { iat: seconds() - 120 })))
  test('a proof from the future', async () => refused(await proof(key, here(), { iat: seconds() + 120 })))
  test('a proof without an id', async () => refused(await proof(key, here(), { jti: undefined })))
  test('two proofs at once', async () => refused(`${await proof(key, here())}, ${await proof(key, here())}`))
  test('an access token in place of a proof', async () => refused(token))

  test('a proof used before, also twenty at once and at another gateway', async () => {
    const dpop = await proof(key, here())
    const elsewhere = world.checker({ used: database.store })
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 === 0 ? signIn : elsewhere)(`DPoP ${token}`, { method: 'POST', dpop }),
      ),
    )
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await refused(dpop)
  })

  test('a bearer token, where the platform demands proofs; the challenge says which', async () => {
    const strict = world.checker({ requireDPoP: true })
    const plain = String((await ask()).body['access_token'])
    const error: unknown = await strict(`Bearer ${plain}`, { method: 'POST' }).catch((failed: unknown) => failed)
    expect((error as Unauthenticated).challenge).toBe('DPoP error="invalid_token", algs="ES256 EdDSA"')
  })
})

test('in memory a proof works once, too', async () => {
  const single = world.checker({ used: usedInMemory() })
  const dpop = await proof(key, { url: endpoint, token })
  expect(await single(`DPoP ${token}`, { method: 'POST', dpop })).not.toBeNull()
  await expect(single(`DPoP ${token}`, { method: 'POST', dpop })).rejects.toBeInstanceOf(Unauthenticated)
})

test('a memory of proofs that cannot be asked is our outage, not the fault of the caller', async () => {
  const blind = world.checker({ used: { firstUse: () => Promise.reject(new Error('database away')) } })
  const dpop = await proof(key, { url: endpoint, token })
  await expect(blind(`DPoP ${token}`, { method: 'POST', dpop })).rejects.toBeInstanceOf(SignInUnavailable)
})
