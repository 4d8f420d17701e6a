import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { personToken } from '@yibao/gateway/issuer/token-client'
import { Unauthenticated } from '@yibao/gateway/sign-in'
import { startProgram } from './sign-in-program.ts'
import { authorizeUrl } from './sign-in-requests.ts'
import { INSURED, issuerWorld, PASSWORD, type World } from './sign-in-world.ts'

let world: World
let issuerUrl: string
let program: Awaited<ReturnType<typeof startProgram>>

beforeAll(async () => {
  world = await issuerWorld()
  ;({ issuerUrl } = world.issuer)
  program = await startProgram(issuerUrl)
})
afterAll(async () => {
  await program.close()
  await world.close()
})

const scope = 'settlement:read insured:write insured:pii audit:read filing:write'
const tokenFor = (login: string, password = PASSWORD) =>
  personToken(issuerUrl, { clientId: 'program', login, password, scope })

const who = async (login: string) => world.signIn(`Bearer ${await tokenFor(login)}`, { method: 'POST' })

test('staff, person and auditor sign in by the form and are known to the gateway as what they are', async () => {
  expect(await who('lanzhou')).toEqual({
    kind: 'staff',
    subject: 'lanzhou',
    pool: '620100',
    scopes: ['insured:write', 'insured:pii'],
  })
  expect(await who('62000000000001')).toEqual({
    kind: 'person',
    subject: '62000000000001',
    insuredId: INSURED,
    scopes: ['settlement:read', 'filing:write'],
  })
  expect(await who('auditor')).toEqual({ kind: 'auditor', subject: 'auditor', scopes: ['audit:read'] })
})

test('the ID token that comes with the access token opens nothing', async () => {
  const { code, verifier } = await program.codeFor('auditor')
  const { body } = await program.redeem(code, verifier)
  const post = { method: 'POST' }
  expect(await world.signIn(`Bearer ${String(body['access_token'])}`, post)).not.toBeNull()
  await expect(world.signIn(`Bearer ${String(body['id_token'])}`, post)).rejects.toBeInstanceOf(Unauthenticated)
})

describe('a code', () => {
  test('is redeemed once, also when it is sent ten times at once', async () => {
    const { code, verifier } = await program.codeFor('auditor')
    const answers = await Promise.all(Array.from({ length: 10 }, () => program.redeem(code, verifier)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await program.redeem(code, verifier)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('is worth nothing without its verifier or at another address', async () => {
    const { code, verifier } = await program.codeFor('auditor')
    expect((await program.redeem(code, verifier.toUpperCase())).body['error']).toBe('invalid_grant')
    expect((await program.redeem(code, verifier, { redirect_uri: 'http://127.0.0.1:1/callback' })).body['error']).toBe(
      'invalid_grant',
    )
    expect((await program.redeem(code, verifier)).status).toBe(200)
  })

  test('of someone who was taken out of the directory gives no token', async () => {
    const { code, verifier } = await program.codeFor('auditor')
    const gone = world.accounts.get('auditor')
    world.accounts.delete('auditor')
    const answer = await program.redeem(code, verifier)
    if (gone !== undefined) world.accounts.set('auditor', gone)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('started at one process is finished at another', async () => {
    const processes = [world.issuer, world.another()]
    let turn = 0
    world.use((req, res) => processes[turn++ % 2]?.handle(req, res))
    const token = await tokenFor('auditor')
    world.use((req, res) => world.issuer.handle(req, res))
    expect(turn).toBeGreaterThan(4)
    expect(decodeJwt(token).sub).toBe('auditor')
  })
})

describe('refused is a request', () => {
  const cases: [string, Record<string, string | undefined>][] = [
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
    ['with plain PKCE', { code_challenge_method: 'plain' }],
    ['for a token without a code', { response_type: 'token' }],
    ['for another resource', { resource: 'https://elsewhere.example' }],
  ]
  test.for(cases)('%s', async ([, more]) => {
    const answer = await fetch(authorizeUrl(issuerUrl, more).url, { redirect: 'manual' })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toMatch(/^http:\/\/127.0.0.1\/callback[?#]error=/)
  })

  test('that would send the browser to a place nobody registered; it stays here', async () => {
    for (const redirect of ['https://evil.example/callback', 'http://127.0.0.1/other', 'http://localhost/callback']) {
      const { browser } = await program.openForm({ redirect_uri: redirect })
      expect(browser.page.status).toBe(400)
      expect(browser.page.address.origin).toBe(world.url)
      expect(browser.page.html).toContain('请求无效')
    }
    const { browser } = await program.openForm({ client_id: '<script>' })
    expect(browser.page.status).toBe(400)
    expect(browser.page.html).not.toContain('<script>')
  })
})
