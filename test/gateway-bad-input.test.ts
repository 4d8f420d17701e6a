import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditor, hospital, staff, startWorld, type World } from './fixtures/gateway/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const IDENTITY_NUMBER = '11010519491231002X'
const repeat = (count: number, piece: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => piece(i)).join(' ')

const SETTLE = `mutation($input: SettleInput!) { settle(requestId: "1", input: $input) {
  ... on Bill { id } ... on Rejection { code problems { path } } } }`
const line = { serial: '1', code: 'C', price: '1.00', quantity: 1 }
const inLists = (depth: number): unknown => (depth === 0 ? [] : [inLists(depth - 1)])
const settle = (lines: unknown, credential: unknown = 'x') => ({
  query: SETTLE,
  variables: { input: { credential, lines } },
})

type Case = [what: string, body: unknown, status: number, code: string, names?: string]

describe('a document or an operation that is not there', () => {
  const longName = 'x'.repeat(50_000)
  test.each<Case>([
    ['an unknown operation', { query: 'query A { version }', operationName: 'B' }, 400, 'OPERATION_RESOLUTION_FAILURE'],
    [
      'a very long operation name',
      { query: '{ version }', operationName: longName },
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    [
      'two operations and no name',
      { query: 'query A { version } query B { version }' },
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['only fragments', { query: 'fragment F on Query { version }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a very long field name', { query: `{ ${longName} }` }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a subscription', { query: 'subscription { version }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a type definition',
      { query: 'type Query { version: String } query { version }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['@defer', { query: '{ ... @defer { version } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['introspection', { query: '{ __schema { types { name } } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['introspection of one type', { query: '{ __type(name: "Bill") { name } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'entities of federation',
      { query: '{ _entities(representations: []) { __typename } }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['the SDL of federation', { query: '{ _service { sdl } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['an argument twice', { query: '{ echo(text: "a", text: "b") }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a prototype for an alias', { query: '{ __proto__: echo(text: "a") }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'an alias that is the name of a field of plans',
      { query: '{ _internal_qp_alias_0: echo(text: "a") }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a persisted query', { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }, 400, 'BAD_REQUEST'],
  ])('%s is refused briefly', async (_what, body, status, code) => {
    const { status: got, errors, text } = await world.ask(body, staff)
    expect([got, errors?.[0]?.extensions['code']]).toEqual([status, code])
    expect(text.length).toBeLessThan(2_000)
  })

  test('a schema that is hidden is not told piece by piece', async () => {
    const { text } = await world.ask({ query: '{ versio bil(id: 1) { idd } }' }, staff)
    expect(text).not.toMatch(/Did you mean|"version|\\"bill/)
  })

  test('a faulty document is not read twice', async () => {
    const query = `{ ${repeat(360, (i) => `bill(id: 1) { n${i}: person { nothing${i} } }`)} }`
    await world.ask({ query })
    const began = performance.now()
    for (let i = 0; i < 20; i++) await world.ask({ query })
    expect((performance.now() - began) / 20).toBeLessThan(20)
  })
})

describe('input that does not fit', () => {
  const secret = { [IDENTITY_NUMBER]: IDENTITY_NUMBER }
  test.each<Case>([
    ['no input', { query: SETTLE }, 400, 'BAD_USER_INPUT', 'input'],
    ['null for input', { query: SETTLE, variables: { input: null } }, 400, 'BAD_USER_INPUT', 'input'],
    ['text for an object', { query: SETTLE, variables: { input: IDENTITY_NUMBER } }, 400, 'BAD_USER_INPUT', 'input'],
    ['a number for text', settle([line], 110105), 400, 'BAD_USER_INPUT', 'input.credential'],
    ['a list for text', settle([line], [IDENTITY_NUMBER]), 400, 'BAD_USER_INPUT', 'input.credential'],
    ['an object for text', settle([line], secret), 400, 'BAD_USER_INPUT', 'input.credential'],
    ['a field that does not exist', settle([{ ...line, ...secret }]), 400, 'BAD_USER_INPUT', 'input.lines[0]'],
    [
      'a field that is missing',
      settle([line, { serial: '2', code: 'C', quantity: 1 }]),
      400,
      'BAD_USER_INPUT',
      'input.lines[1].price',
    ],
    ['null for a field', settle([{ ...line, price: null }]), 400, 'BAD_USER_INPUT', 'input.lines[0].price'],
    ['a number for money', settle([{ ...line, price: 1.5 }]), 400, 'BAD_USER_INPUT', 'input.lines[0].price'],
    [
      'text for a number',
      settle([{ ...line, quantity: IDENTITY_NUMBER }]),
      400,
      'BAD_USER_INPUT',
      'input.lines[0].quantity',
    ],
    [
      'a number beyond 32 bits',
      settle([{ ...line, quantity: 2 ** 40 }]),
      400,
      'BAD_USER_INPUT',
      'input.lines[0].quantity',
    ],
    [
      'a fraction for an integer',
      settle([{ ...line, quantity: 1.5 }]),
      400,
      'BAD_USER_INPUT',
      'input.lines[0].quantity',
    ],
    [
      'a prototype for a field',
      `{"query":${JSON.stringify(SETTLE)},"variables":{"input":{"__proto__":{"a":1},"credential":"x","lines":[]}}}`,
      400,
      'BAD_USER_INPUT',
      'input',
    ],
    ['lists within lists, twenty deep', settle(inLists(20)), 400, 'LIMIT_EXCEEDED', 'input'],
    [
      'four hundred thousand values',
      settle(Array.from({ length: 8_000 }, () => Array.from({ length: 50 }, () => 1))),
      400,
      'LIMIT_EXCEEDED',
      'input',
    ],
    ['10,001 lines', settle(Array.from({ length: 10_001 }, () => line)), 400, 'LIMIT_EXCEEDED', 'input.lines'],
    [
      'a literal of the wrong type',
      {
        query: `mutation { settle(requestId: "1", input: { credential: 110105194912310, lines: [] }) { __typename } }`,
      },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a literal number for money',
      {
        query: `mutation { settle(requestId: "1", input: { credential: "x", lines: [{ serial: "1", code: "x", price: 1, quantity: 1 }] }) { __typename } }`,
      },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a broken string', { query: `{ echo(text: "${IDENTITY_NUMBER}` }, 400, 'GRAPHQL_PARSE_FAILED'],
    [
      'a name where a value stood',
      { query: `{ echo(text: "${IDENTITY_NUMBER}" "${IDENTITY_NUMBER}") }` },
      400,
      'GRAPHQL_PARSE_FAILED',
    ],
  ])('%s is refused by name, in two languages and without the value', async (_what, body, status, code, path) => {
    const { status: got, errors, text } = await world.ask(body, hospital)
    expect([got, errors?.[0]?.extensions['code']]).toEqual([status, code])
    if (path !== undefined) expect(errors?.[0]?.extensions['path']).toBe(path)
    expect(errors?.[0]?.message).toMatch(/[一-鿿].*[a-z]{3}/)
    expect(text).not.toContain(IDENTITY_NUMBER)
    expect(text).not.toContain('110105')
    expect(JSON.stringify(world.logged)).not.toContain(IDENTITY_NUMBER)
  })

  test('10,000 lines reach the subgraph, which says why it does not want them', async () => {
    const { data } = await world.ask(settle(Array.from({ length: 10_000 }, () => line)), hospital)
    expect(data?.['settle']).toEqual({ code: 'INVALID_INPUT', problems: [{ path: 'input.lines' }] })
  })

  test('of a hundred faults the first twenty are listed', async () => {
    const { errors } = await world.ask(settle(Array.from({ length: 100 }, () => ({}))), hospital)
    expect(errors).toHaveLength(20)
  })

  test('variables nobody declared are not passed on', async () => {
    const { data } = await world.ask({ query: '{ version }', variables: { x: 'y' } })
    expect(data).toEqual({ version: '1' })
  })
})

describe('what goes wrong inside', () => {
  test('an exception shows nothing but a number, which is in the log with the reason', async () => {
    const { status, errors, data, text, headers } = await world.ask({ query: '{ fails version }' })
    expect([status, data, errors?.[0]?.path]).toEqual([200, { fails: null, version: '1' }, ['fails']])
    expect(errors?.[0]?.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', traceId: headers.get('x-request-id') })
    expect(text).not.toMatch(/swordfish|10\.0\.0\.5|stack/)
    expect(world.logged.some(({ details }) => String((details as { err?: unknown }).err).includes('swordfish'))).toBe(
      true,
    )
  })

  test('an auditor without scopes is not an internal error', async () => {
    expect((await world.ask(settle([line]), auditor)).status).toBe(403)
  })
})

const brackets = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

describe('a body that JSON.parse would choke on', () => {
  const keys = Array.from({ length: 10_000 }, (_, i) => `"k${i}":1`).join()
  test.each<[what: string, variables: string, limit: string]>([
    ['33 lists within each other', `{"input":${brackets(31)}}`, 'bodyDepth'],
    ['33 objects within each other', `{"input":${'{"a":'.repeat(31)}1${'}'.repeat(31)}}`, 'bodyDepth'],
    ['behind a string that ends in a backslash', String.raw`{"a":"\\\\","input":${brackets(31)}}`, 'bodyDepth'],
    ['four million lists within each other', `{"input":${brackets(3_900_000)}}`, 'bodyDepth'],
    ['600,000 values', `{"a":[${'1,'.repeat(600_000)}1]}`, 'bodyValues'],
    ['10,000 different names', `{${keys}}`, 'bodyNames'],
  ])('%s is refused before it is read', async (_what, variables, limit) => {
    const { status, errors } = await world.ask(`{"query":"{ version }","variables":${variables}}`, hospital)
    expect([status, errors?.[0]?.extensions]).toEqual([
      400,
      { code: 'LIMIT_EXCEEDED', limit, max: expect.any(Number) as number },
    ])
  })

  test('brackets and commas in text are text', async () => {
    const x = `${brackets(1_000)}"\\",${','.repeat(600_000)}\\`
    expect((await world.ask({ query: '{ version }', variables: { x } }, hospital)).data).toEqual({ version: '1' })
  })
})
