import { connect } from 'node:net'
import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hospital, startWorld, type World } from './fixtures/gateway/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ introspection: true, origins: ['https://bureau.example'] })
})
afterAll(() => world.close())

const VERSION = JSON.stringify({ query: '{ version }' })
const post = (headers: Record<string, string>, body: BodyInit = VERSION) =>
  fetch(`${world.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({
    url: () => `${world.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), 'apollo-require-preflight': '1' },
      }),
  })
  test.each(audits)('audit $id: $name', async (audit) => {
    const result = await audit.fn()
    expect(result.status === 'ok' || result.status === 'notice' ? 'fine' : result).toBe('fine')
  })
})

describe('what is let in', () => {
  test.each<[string, number, string, () => Promise<Response>]>([
    ['a GET', 405, 'METHOD_NOT_ALLOWED', () => fetch(`${world.url}/graphql?query={version}`)],
    ['a PUT', 405, 'METHOD_NOT_ALLOWED', () => fetch(`${world.url}/graphql`, { method: 'PUT', body: VERSION })],
    ['a form', 415, 'UNSUPPORTED_MEDIA_TYPE', () => post({ 'content-type': 'application/x-www-form-urlencoded' })],
    ['plain text', 415, 'UNSUPPORTED_MEDIA_TYPE', () => post({ 'content-type': 'text/plain' })],
    ['multipart', 415, 'UNSUPPORTED_MEDIA_TYPE', () => post({ 'content-type': 'multipart/form-data; boundary=x' })],
    ['bare GraphQL', 415, 'UNSUPPORTED_MEDIA_TYPE', () => post({ 'content-type': 'application/graphql' })],
    ['UTF-7', 415, 'UNSUPPORTED_MEDIA_TYPE', () => post({ 'content-type': 'application/json; charset=utf-7' })],
    ['UTF-16', 415, 'UNSUPPORTED_MEDIA_TYPE', () => post({ 'content-type': 'application/json; charset=utf-16' })],
    ['gzip', 415, 'UNSUPPORTED_MEDIA_TYPE', () => post({ 'content-encoding': 'gzip' })],
    ['deflate', 415, 'UNSUPPORTED_MEDIA_TYPE', () => post({ 'content-encoding': 'deflate' })],
    ['an Accept of HTML', 406, 'NOT_ACCEPTABLE', () => post({ accept: 'text/html' })],
    ['broken JSON', 400, 'BAD_REQUEST', () => post({}, '{"query":')],
    ['an empty body', 400, 'BAD_REQUEST', () => post({}, '')],
    ['bytes that are not UTF-8', 400, 'BAD_REQUEST', () => post({}, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
    ['a batch', 400, 'BAD_REQUEST', () => post({}, `[${VERSION},${VERSION}]`)],
    ['a number for a body', 400, 'BAD_REQUEST', () => post({}, '7')],
    ['no query', 400, 'BAD_REQUEST', () => post({}, '{"variables":{}}')],
    ['a query that is a list', 400, 'BAD_REQUEST', () => post({}, '{"query":["{version}"]}')],
    ['variables as text', 400, 'BAD_REQUEST', () => post({}, '{"query":"{version}","variables":"{}"}')],
    ['variables as list', 400, 'BAD_REQUEST', () => post({}, '{"query":"{version}","variables":[1]}')],
    [
      'an operation name that is a number',
      400,
      'BAD_REQUEST',
      () => post({}, '{"query":"{version}","operationName":1}'),
    ],
    ['extensions as text', 400, 'BAD_REQUEST', () => post({}, '{"query":"{version}","extensions":"x"}')],
    ['another path', 404, 'NOT_FOUND', () => fetch(`${world.url}/admin`)],
    ['a path above', 404, 'NOT_FOUND', () => fetch(`${world.url}/graphql/../../etc/passwd`)],
    [
      'an address of more than 2,048 bytes',
      414,
      'LIMIT_EXCEEDED',
      () => fetch(`${world.url}/oidc/auth?state=${'s'.repeat(2_048)}`),
    ],
    ['a forged token', 401, 'UNAUTHENTICATED', () => post({ authorization: 'Bearer forged' })],
  ])('%s is refused with %i %s', async (_what, status, code, send) => {
    const answer = await send()
    const { errors } = (await answer.json()) as { errors: [{ message: string; extensions: { code: string } }] }
    expect([answer.status, errors[0].extensions.code]).toEqual([status, code])
    expect(errors[0].message).toMatch(/[一-鿿].*[a-z]{3}/)
  })

  test('a body is limited before and after signing in, by its header and by what really comes', async () => {
    const large = JSON.stringify({ query: '{ version }', variables: { x: 'x'.repeat(70_000) } })
    expect((await world.ask(large)).status).toBe(413)
    expect((await world.ask(large, hospital)).status).toBe(200)
    const huge = 'x'.repeat(9_000_000)
    expect((await world.ask(huge, hospital)).errors?.[0]?.extensions['code']).toBe('BODY_TOO_LARGE')
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(large))
        controller.close()
      },
    })
    const answer = await fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: chunked,
      duplex: 'half',
    } as RequestInit)
    expect(answer.status).toBe(413)
  })

  test('a forged token is told so by the standard header, a missing one is asked for', async () => {
    const forged = await post({ authorization: 'Bearer forged' })
    expect(forged.headers.get('www-authenticate')).toContain('error="invalid_token"')
    const missing = await post({}, '{"query":"{bill(id:1){id}}"}')
    expect([missing.status, missing.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="yibao"'])
  })
})

const statusesOf = async (query: string) => {
  const body = JSON.stringify({ query })
  const legacy = await post({ accept: 'application/json' }, body)
  const modern = await post({ accept: 'application/graphql-response+json' }, body)
  return [legacy.status, modern.status]
}

const typeFor = async (accept: string) => (await post({ accept })).headers.get('content-type')

const crossOrigin = async (origin: string) => {
  const simple = await post({ origin })
  const preflight = await fetch(`${world.url}/graphql`, { method: 'OPTIONS', headers: { origin } })
  return [simple.headers.get('access-control-allow-origin'), preflight.status]
}

describe('what is answered', () => {
  test('errors of the document are 200 for legacy clients and 400 for the others; rights are 401 for both', async () => {
    expect(await statusesOf('{')).toEqual([200, 400])
    expect(await statusesOf('{ nothing }')).toEqual([200, 400])
    expect(await statusesOf('query A { version } query B { version }')).toEqual([200, 400])
    expect(await statusesOf('{ bill(id: 1) { id } }')).toEqual([401, 401])
  })

  test('the content type follows the Accept header and its weights', async () => {
    const [modern, legacy] = ['application/graphql-response+json', 'application/json']
    expect(await typeFor(`${legacy};q=0.5, ${modern}`)).toContain(modern)
    expect(await typeFor(`${modern};q=0.5, ${legacy}`)).toContain(legacy)
    expect(await typeFor(`${modern};q=0, */*`)).toContain(legacy)
    expect(await typeFor('text/html, application/*;q=0.1')).toContain(legacy)
  })

  test('every answer forbids guessing, framing and keeping, and names no product', async () => {
    for (const answer of [
      await post({}),
      await fetch(`${world.url}/nothing`),
      await fetch(`${world.url}/health/live`),
    ]) {
      const { headers } = answer
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-powered-by') ?? headers.get('server')).toBeNull()
    }
  })

  test('other origins read nothing unless configured', async () => {
    expect(await crossOrigin('https://evil.example')).toEqual([null, 405])
    expect(await crossOrigin('https://bureau.example')).toEqual(['https://bureau.example', 204])
  })

  test('the trace of the caller is taken over, anything else is replaced', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    const taken = await post({ traceparent: `00-${trace}-00f067aa0ba902b7-01` })
    expect([taken.headers.get('x-request-id'), taken.headers.get('traceparent')]).toEqual([
      trace,
      `00-${trace}-00f067aa0ba902b7-01`,
    ])
    const other = await post({ traceparent: 'x"; drop', 'x-request-id': 'chosen' })
    expect(other.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
    expect(other.headers.get('traceparent')).toBeNull()
  })

  test('health says live and ready, and not ready while closing', async () => {
    const own = await startWorld()
    const health = async (path: string) => (await fetch(`${own.url}/health/${path}`)).status
    expect([await health('live'), await health('ready')]).toEqual([200, 200])
    await own.close()
    await expect(health('live')).rejects.toThrow('fetch failed')
  })
})

/** Writes the pieces a second apart and resolves with what came back and how long the server held the line. */
const dribble = (pieces: Iterable<string>) =>
  new Promise<{ text: string; seconds: number }>((resolve, reject) => {
    const began = performance.now()
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1')
    const [write] = [pieces[Symbol.iterator]()]
    let text = ''
    const timer = setInterval(() => {
      const piece = write.next()
      if (piece.done !== true && socket.writable) socket.write(piece.value)
    }, 500)
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.on('error', reject)
    socket.on('close', () => {
      clearInterval(timer)
      resolve({ text, seconds: (performance.now() - began) / 1000 })
    })
  })

describe.concurrent('slow and oversized clients', () => {
  test('headers that never end are cut off within seconds', { timeout: 20_000 }, async () => {
    const { text, seconds } = await dribble([
      'POST /graphql HTTP/1.1\r\nhost: x\r\n',
      ...Array.from({ length: 40 }, () => 'a: b\r\n'),
    ])
    expect(text).toContain('408')
    expect(seconds).toBeLessThan(8)
  })

  test('a body that never ends is cut off', { timeout: 20_000 }, async () => {
    const head = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{'
    const { seconds } = await dribble([head, ...Array.from({ length: 40 }, () => ' ')])
    expect(seconds).toBeLessThan(13)
  })

  test('headers of more than 16 kB are refused', async () => {
    const answer = await post({ 'x-long': 'x'.repeat(17_000) })
    expect(answer.status).toBe(431)
  })
})
