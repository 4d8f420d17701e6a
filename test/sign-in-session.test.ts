import type { JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newClientKey, publicHalf } from '@yibao/schema/keys'
import { enter, startProgram } from './sign-in-program.ts'
import { assertion, ASSERTION_TYPE, authorizeUrl } from './sign-in-requests.ts'
import { issuerWorld, PASSWORD, type World } from './sign-in-world.ts'

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

const pages = () => ({
  client_id: 'pages',
  redirect_uri: program.address,
  scope: 'openid insured:write audit:read',
})

describe('a session', () => {
  let key: JWK

  beforeAll(async () => {
    key = await newClientKey()
    world.clients.set('pages', {
      kind: 'application',
      id: 'pages',
      name: { zh: '经办页面', en: 'bureau pages' },
      redirectUris: [program.address],
      keys: [publicHalf(key)],
    })
  })

  test('lets a program on a server in again without the form, and only with its own key', async () => {
    const { browser } = await program.openForm(pages())
    await enter(browser, 'lanzhou', PASSWORD)
    const { url, verifier } = authorizeUrl(issuerUrl, pages())
    await browser.open(url)
    expect(browser.page.html).toBe('back')
    const code = program.lastAnswer().get('code') ?? ''
    const plain = await program.redeem(code, verifier, { client_id: 'pages' })
    expect(plain.status).toBe(401)
    const { body } = await program.redeem(code, verifier, {
      client_id: 'pages',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(issuerUrl, 'pages', key),
    })
    expect(body['scope']).toBe('insured:write')
    expect(await world.signIn(`Bearer ${String(body['access_token'])}`, { method: 'POST' })).toMatchObject({
      kind: 'staff',
      scopes: ['insured:write'],
    })
  })

  test('is not enough for a native program, which always shows the form', async () => {
    const { browser } = await program.openForm(pages())
    await enter(browser, 'lanzhou', PASSWORD)
    await browser.open(authorizeUrl(issuerUrl, { redirect_uri: program.address }).url)
    expect(browser.page.html).toContain('name="password"')
  })

  test('of someone who was taken out of the directory shows the form', async () => {
    const { browser } = await program.openForm(pages())
    await enter(browser, 'auditor', PASSWORD)
    const gone = world.accounts.get('auditor')
    world.accounts.delete('auditor')
    await browser.open(authorizeUrl(issuerUrl, pages()).url)
    if (gone !== undefined) world.accounts.set('auditor', gone)
    expect(browser.page.html).toContain('name="password"')
  })

  test('ends by signing out, after asking', async () => {
    const { browser } = await program.openForm(pages())
    await enter(browser, 'lanzhou', PASSWORD)
    await browser.open(new URL(`${issuerUrl}/session/end`))
    expect(browser.page.html).toContain('退出')
    await browser.submit({ logout: 'yes' })
    expect(browser.page.html).toContain('已退出登录')
    await browser.open(authorizeUrl(issuerUrl, pages()).url)
    expect(browser.page.html).toContain('name="password"')
  })
})
