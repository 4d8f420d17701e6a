import { request, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SignInRefused } from '@yibao/gateway/issuer/browser'
import { enter, startProgram } from './sign-in-program.ts'
import { authorizeUrl } from './sign-in-requests.ts'
import { issuerWorld, PASSWORD, type World } from './sign-in-world.ts'

const LOCK = { max: 3, maxOverall: 7, lockSeconds: 2 }
let world: World
let issuerUrl: string
let program: Awaited<ReturnType<typeof startProgram>>

beforeAll(async () => {
  world = await issuerWorld({ lock: LOCK })
  ;({ issuerUrl } = world.issuer)
  program = await startProgram(issuerUrl)
})
afterAll(async () => {
  await program.close()
  await world.close()
})

describe('the form', () => {
  test('is in Chinese and English, labelled, without script, and stays out of frames and caches', async () => {
    const { browser } = await program.openForm()
    const { html, headers, status } = browser.page
    expect(status).toBe(200)
    expect(html).toContain('<html lang="zh-CN">')
    for (const text of ['账号', '密码', '登录', '测试程序', 'Password', 'Sign in', 'test program &#60;b&#62;']) {
      expect(html).toContain(text)
    }
    for (const id of ['login', 'password']) expect(html).toMatch(new RegExp(`<label for="${id}">`))
    expect(html).not.toMatch(/<script|javascript:/)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain(`form-action 'self' ${new URL(program.address).origin}`)
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('says the same of a wrong password and of nobody, and repeats what was typed as text', async () => {
    const said = async (login: string) => {
      const { browser } = await program.openForm()
      const error = await enter(browser, login, 'wrong').catch((refused: unknown) => refused)
      expect(error).toBeInstanceOf(SignInRefused)
      expect(browser.page.status).toBe(422)
      return { browser, message: (error as Error).message }
    }
    const [wrong, nobody] = [await said('auditor'), await said('"><script>alert(1)</script>')]
    expect(nobody.message).toBe(wrong.message)
    expect(nobody.browser.page.html).not.toContain('<script>')
    await enter(wrong.browser, 'auditor', PASSWORD)
    expect(program.lastAnswer().get('code')).toBeTruthy()
  })

  test('can be cancelled, and the program is told', async () => {
    const { browser } = await program.openForm()
    await browser.submit({ do: 'abort' })
    expect(program.lastAnswer().get('error')).toBe('access_denied')
    expect(program.lastAnswer().get('state')).toBe('s')
  })
})

/** One request from an address of this machine. */
const send = (from: string, address: string | URL, { cookie = '', form }: { cookie?: string; form?: string } = {}) =>
  new Promise<{ answer: IncomingMessage; text: string }>((resolve, reject) => {
    const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
    const method = form === undefined ? 'GET' : 'POST'
    const asked = request(address, { localAddress: from, method, headers: { cookie, ...type }, agent: false })
    asked.on('error', reject).on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.on('end', () => resolve({ answer, text }))
    })
    asked.end(form)
  })

/** The status of one try to sign in from an address. */
async function tryFrom(from: string, login: string, password: string): Promise<number | undefined> {
  const { answer: first } = await send(from, authorizeUrl(issuerUrl).url)
  const cookie = (first.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ')
  const address = new URL(first.headers.location ?? '', issuerUrl)
  const { text } = await send(from, address, { cookie })
  const [, token = ''] = /name="form_token" value="([^"]+)"/.exec(text) ?? []
  const form = new URLSearchParams({ form_token: token, login, password, do: 'enter' }).toString()
  return (await send(from, address, { cookie, form })).answer.statusCode
}

describe('a locked login', () => {
  test.for(['lanzhou', 'nobody'])('%s: after three wrong passwords even the right one waits', async (login) => {
    const { browser } = await program.openForm()
    for (let i = 0; i < LOCK.max; i += 1) await expect(enter(browser, login, `no ${i}`)).rejects.toThrow(/wrong/)
    await expect(enter(browser, login, PASSWORD)).rejects.toThrow(/Too many attempts/)
    expect(browser.page.status).toBe(429)
    expect(browser.page.headers.get('retry-after')).toBe(String(LOCK.lockSeconds))
    await sleep(LOCK.lockSeconds * 1000 + 100)
    const after = enter(browser, login, PASSWORD)
    await (login === 'lanzhou' ? expect(after).resolves.toBeUndefined() : expect(after).rejects.toThrow(/wrong/))
  })

  test('many guesses at once are no way around it', async () => {
    const before = world.events.length
    const forms = await Promise.all(Array.from({ length: 12 }, () => program.openForm()))
    await Promise.allSettled(forms.map(({ browser: one }, i) => enter(one, 'auditor', `guess ${i}`)))
    const events = world.events.slice(before).map(({ event }) => event)
    expect(events.filter((event) => event === 'sign-in-refused')).toHaveLength(LOCK.max)
    expect(events.filter((event) => event === 'sign-in-locked')).toHaveLength(12 - LOCK.max)
    await sleep(LOCK.lockSeconds * 1000 + 100)
  })

  test.for(['lanzhou', 'nobody'])(
    '%s: is locked for the address of the guesses, for others only after many from everywhere',
    async (login) => {
      const wrong = (from: string) => tryFrom(from, login, 'wrong')
      for (let i = 0; i < LOCK.max; i += 1) expect(await wrong('127.0.0.2')).toBe(422)
      for (let i = 0; i < LOCK.maxOverall; i += 1) expect(await wrong('127.0.0.2')).toBe(429)
      for (let i = 0; i < LOCK.max; i += 1) expect(await wrong('127.0.0.3')).toBe(422)
      expect(await wrong('127.0.0.4')).toBe(422)
      expect(await wrong('127.0.0.5')).toBe(429)
      await sleep(LOCK.lockSeconds * 1000 + 100)
      for (let i = 0; i < LOCK.max; i += 1) expect(await wrong('127.0.0.2')).toBe(422)
      expect(await wrong('127.0.0.2')).toBe(429)
      expect(await tryFrom('127.0.0.3', login, PASSWORD)).toBe(login === 'lanzhou' ? 303 : 422)
      await sleep(LOCK.lockSeconds * 1000 + 100)
    },
  )

  test('the log names no failed login and no password', () => {
    const text = JSON.stringify(world.events)
    for (const word of ['guess', 'nobody', 'script', PASSWORD]) expect(text).not.toContain(word)
  })
})

async function post(
  change: (parts: {
    address: string
    cookie: string
    fields: Record<string, string>
  }) => RequestInit & { address?: string },
) {
  const { url } = authorizeUrl(issuerUrl)
  const first = await fetch(url, { redirect: 'manual' })
  const cookie = first.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const address = new URL(first.headers.get('location') ?? '', issuerUrl).href
  const html = await (await fetch(address, { headers: { cookie } })).text()
  const [, formToken = ''] = /name="form_token" value="([^"]+)"/.exec(html) ?? []
  const fields = { form_token: formToken, login: 'auditor', password: PASSWORD, do: 'enter' }
  const { address: to = address, ...init } = change({ address, cookie, fields })
  return fetch(to, { method: 'POST', redirect: 'manual', ...init })
}

describe('a form that is not the one served to this browser is refused:', () => {
  test('nothing is wrong with the form itself', async () => {
    const answer = await post(({ cookie, fields }) => ({ headers: { cookie }, body: new URLSearchParams(fields) }))
    expect(answer.status).toBe(303)
  })
  test('without the cookie', async () => {
    expect((await post(({ fields }) => ({ body: new URLSearchParams(fields) }))).status).toBe(400)
  })
  test('without the token of the form, or with another', async () => {
    for (const token of ['', 'AAAA']) {
      const answer = await post(({ cookie, fields }) => ({
        headers: { cookie },
        body: new URLSearchParams({ ...fields, form_token: token }),
      }))
      expect(answer.status).toBe(403)
    }
  })
  test('posted by the page of another site', async () => {
    const headers: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]
    for (const header of headers) {
      const answer = await post(({ cookie, fields }) => ({
        headers: { cookie, ...header },
        body: new URLSearchParams(fields),
      }))
      expect(answer.status).toBe(403)
    }
  })
  test('as JSON, or larger than a form is', async () => {
    const json = await post(({ cookie, fields }) => ({
      headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    }))
    expect(json.status).toBe(403)
    const large = await post(({ cookie, fields }) => ({
      headers: { cookie },
      body: new URLSearchParams({ ...fields, password: 'x'.repeat(10_000) }),
    }))
    expect(large.status).toBe(403)
  })
  test('at the address of another form', async () => {
    const { browser } = await program.openForm()
    const answer = await post(({ cookie, fields }) => ({
      address: browser.page.address.href,
      headers: { cookie },
      body: new URLSearchParams(fields),
    }))
    expect(answer.status).toBe(400)
  })
})

test('an old form says it has expired', async () => {
  const answer = await fetch(`${issuerUrl}/sign-in/abc`)
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('已过期')
})

const kept = () => world.interactions()
/** The error of a beginning, and how many rows it left. */
const begin = async (more: Record<string, string>) => {
  const before = await kept()
  const answer = await fetch(authorizeUrl(issuerUrl, more).url, { redirect: 'manual' })
  const error = new URL(answer.headers.get('location') ?? '', issuerUrl).searchParams.get('error')
  return [error, (await kept()) - before]
}
const beginFrom = async (from: string) => (await send(from, authorizeUrl(issuerUrl).url)).answer.statusCode

describe('a sign-in that has only begun', () => {
  test('is kept with a state and a nonce of 512 characters, not with more', async () => {
    expect(await begin({ state: 's'.repeat(512), nonce: 'n'.repeat(512) })).toEqual([null, 1])
    expect(await begin({ state: 's'.repeat(513) })).toEqual(['invalid_request', 0])
    expect(await begin({ nonce: 'n'.repeat(513) })).toEqual(['invalid_request', 0])
  })

  test('is not kept with other parameters that are long, also when they come as a form', async () => {
    const before = await kept()
    const { url } = authorizeUrl(issuerUrl, { login_hint: 'x'.repeat(12_000) })
    for (const asked of [
      fetch(url, { redirect: 'manual' }),
      fetch(`${url.origin}${url.pathname}`, { method: 'POST', body: url.searchParams, redirect: 'manual' }),
    ]) {
      const answer = await asked
      expect(new URL(answer.headers.get('location') ?? '', issuerUrl).pathname).not.toContain('/sign-in/')
    }
    expect(await kept()).toBe(before)
  })

  test('can be had so many times a minute by one address, and then still by others', async () => {
    const issuer = world.another({ beginningsPerMinute: 3 })
    world.use((req, res) => issuer.handle(req, res))
    for (let i = 0; i < 3; i += 1) expect(await beginFrom('127.0.0.2')).toBe(303)
    const before = await kept()
    expect(await beginFrom('127.0.0.2')).toBe(429)
    expect(await kept()).toBe(before)
    expect(await beginFrom('127.0.0.3')).toBe(303)
  })
})
