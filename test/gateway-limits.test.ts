import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { staff, startWorld, type World } from './fixtures/gateway/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const repeat = (count: number, piece: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => piece(i)).join(' ')
const nested = (depth: number) => `{ bill(id: 1) ${'{ person { bills '.repeat(depth)} { id } ${'} }'.repeat(depth)} }`

/** 2^20 fields out of one kilobyte. */
const bomb = `query { ...F0 ...G0 } ${repeat(
  20,
  (i) => `fragment F${i} on Query { a: __typename ...F${i + 1} ...G${i + 1} }
  fragment G${i} on Query { b: __typename ...F${i + 1} ...G${i + 1} }`,
)} fragment F20 on Query { version } fragment G20 on Query { version }`
const nestedBomb = bomb
  .replace('{ ...F0 ...G0 }', '{ bill(id: 1) { person { ...F0 ...G0 } } }')
  .replaceAll('on Query', 'on Person')
  .replaceAll('version', 'id')
  .replaceAll(/[ab]: /g, '')
const aliasBomb = `query { bill(id: 1) { person { ...F0 } } } ${repeat(
  20,
  (i) => `fragment F${i} on Person { a: bills { person { ...F${i + 1} } } b: bills { person { ...F${i + 1} } } }`,
)} fragment F20 on Person { id }`

type Case = [what: string, body: unknown, status: number, code: string, names?: string]

describe('a document that asks for too much', () => {
  test.each<Case>([
    ['fragments that double twenty times', { query: bomb }, 400, 'LIMIT_EXCEEDED', 'rootFields'],
    ['the same under a field', { query: nestedBomb }, 400, 'LIMIT_EXCEEDED', 'selections'],
    ['aliased fragments that double twenty times', { query: aliasBomb }, 400, 'LIMIT_EXCEEDED', 'depth'],
    [
      'a fragment that contains itself',
      { query: '{ ...A } fragment A on Query { ...A }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'fragments that contain each other',
      { query: '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a hundred levels', { query: nested(50) }, 400, 'LIMIT_EXCEEDED', 'depth'],
    ['five thousand levels', { query: nested(2_500) }, 400, 'LIMIT_EXCEEDED', 'max'],
    ['five thousand braces', { query: '{'.repeat(5_000) }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['ten thousand fields', { query: `{ ${'version '.repeat(10_000)} }` }, 400, 'LIMIT_EXCEEDED', 'tokens'],
    ['two thousand fields', { query: `{ ${'version '.repeat(2_000)} }` }, 400, 'LIMIT_EXCEEDED', 'rootFields'],
    [
      'one field again and again in one place',
      { query: `{ bill(id: 1) { ${'person { id } '.repeat(51)} } }` },
      400,
      'LIMIT_EXCEEDED',
      'sameName',
    ],
    [
      'the same spread over two levels',
      { query: `{ bill(id: 1) { ${`person { ${'bills { id } '.repeat(8)} } `.repeat(8)} } }` },
      400,
      'LIMIT_EXCEEDED',
      'sameName',
    ],
    [
      'a fragment nobody spreads',
      { query: `{ version } fragment F on Bill { ${repeat(101, (i) => `a${i}: id`)} }` },
      400,
      'LIMIT_EXCEEDED',
      'aliases',
    ],
    [
      'too much in several operations together',
      {
        query: repeat(30, (i) => `query Q${i} { bill(id: 1) { ...F } }`).concat(
          ` fragment F on Bill { ${repeat(40, () => 'id')} }`,
        ),
        operationName: 'Q0',
      },
      400,
      'LIMIT_EXCEEDED',
      'selections',
    ],
    [
      'eleven root fields',
      { query: `{ ${repeat(11, (i) => `a${i}: version`)} }` },
      400,
      'LIMIT_EXCEEDED',
      'rootFields',
    ],
    [
      'root fields hidden in a fragment',
      { query: `{ ...F } fragment F on Query { ${repeat(11, (i) => `a${i}: version`)} }` },
      400,
      'LIMIT_EXCEEDED',
      'rootFields',
    ],
    [
      'a hundred and one aliases',
      { query: `{ bill(id: 1) { ${repeat(101, (i) => `a${i}: id`)} } }` },
      400,
      'LIMIT_EXCEEDED',
      'aliases',
    ],
    [
      'many directives',
      {
        query: `{ ${repeat(9, () => 'version @skip(if: false) @include(if: true)')} bill(id: 1) {
        ${repeat(40, () => 'id @skip(if: false)')} } }`,
      },
      400,
      'LIMIT_EXCEEDED',
      'directives',
    ],
    [
      'one directive repeated',
      { query: `{ version ${'@skip(if: false) '.repeat(60)} }` },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a page of a million',
      { query: '{ bills(first: 1000000) { edges { cursor } } }' },
      400,
      'LIMIT_EXCEEDED',
      'bills.first',
    ],
    ['a page of 101', { query: '{ bills(first: 101) { edges { cursor } } }' }, 400, 'LIMIT_EXCEEDED', 'bills.first'],
    ['a page of none', { query: '{ bills(first: 0) { edges { cursor } } }' }, 400, 'LIMIT_EXCEEDED', 'bills.first'],
    [
      'a page of minus one',
      { query: '{ bills(first: -1) { edges { cursor } } }' },
      400,
      'LIMIT_EXCEEDED',
      'bills.first',
    ],
    [
      'a page chosen by a variable',
      { query: 'query($n: Int) { bills(first: $n) { edges { cursor } } }', variables: { n: 1_000 } },
      400,
      'LIMIT_EXCEEDED',
      'bills.first',
    ],
    [
      'a page chosen by the default of a variable',
      { query: 'query($n: Int = 100000) { bills(first: $n) { edges { cursor } } }' },
      400,
      'LIMIT_EXCEEDED',
      'bills.first',
    ],
    [
      'a page under an alias in a fragment that is left out',
      { query: '{ ... @include(if: false) { x: bills(first: 5000) { edges { cursor } } } }' },
      400,
      'LIMIT_EXCEEDED',
      'bills.first',
    ],
    [
      'pages within lists within pages',
      { query: '{ bills(first: 100) { edges { node { person { bills { lines { code } } } } } } }' },
      400,
      'LIMIT_EXCEEDED',
      'cost',
    ],
    [
      'cost chosen by a variable',
      {
        query: 'query($n: Int!) { bills(first: $n) { edges { node { person { bills { lines { code } } } } } } }',
        variables: { n: 100 },
      },
      400,
      'LIMIT_EXCEEDED',
      'cost',
    ],
  ])('%s is refused in time', async (_what, body, status, code, names) => {
    const began = performance.now()
    const { status: got, errors } = await world.ask(body, staff)
    expect(performance.now() - began).toBeLessThan(1_000)
    expect([got, errors?.[0]?.extensions['code']]).toEqual([status, code])
    if (names !== undefined) expect(JSON.stringify(errors)).toContain(names)
    expect(JSON.stringify(errors).length).toBeLessThan(10_000)
  })

  test('the same page is fine when it is small enough', async () => {
    const query = 'query($n: Int!) { bills(first: $n) { edges { node { person { bills { lines { code } } } } } } }'
    const { data } = await world.ask({ query, variables: { n: 5 } }, staff)
    expect(data?.['bills']).toHaveProperty('edges.length', 5)
  })
})

/** Each document is another one to the memory, and unknown fields everywhere would be found by validation. */
const heavy = (i: number, edges: number) =>
  `{ ${`bills(first: 1) { ... on BillConnection { edges { node { nothing { a } } } } } `.repeat(edges)} } # ${i}`

describe('what is decided before a document is validated', () => {
  test.each<[what: string, edges: number, who: typeof staff | null, code: string, detail: object]>([
    ['limits, for somebody', 150, staff, 'LIMIT_EXCEEDED', { limit: 'rootFields' }],
    ['the smaller number of tokens, for nobody', 150, null, 'LIMIT_EXCEEDED', { limit: 'tokens', max: 500 }],
    ['limits, for nobody', 11, null, 'LIMIT_EXCEEDED', { limit: 'rootFields' }],
    ['whether one must sign in', 5, null, 'UNAUTHENTICATED', { field: 'Query.bills' }],
  ])('%s', async (_what, edges, who, code, detail) => {
    const { errors } = await world.ask({ query: heavy(0, edges) }, who)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([expect.objectContaining({ code, ...detail })])
  })

  test('fifty different ones take no time worth mentioning', async () => {
    const began = performance.now()
    for (let i = 0; i < 50; i++) expect((await world.ask({ query: heavy(i, 150) })).status).toBe(400)
    expect(performance.now() - began).toBeLessThan(1_500)
  })

  test('nobody is told of a closed field in a fragment or another operation, nor after somebody asked for it', async () => {
    for (const query of [
      '{ ...F } fragment F on Query { nothing x: bill(id: 1) { nothing } }',
      'query A { nothing } query B { bill(id: 1) { nothing } }',
    ]) {
      const somebody = await world.ask({ query, operationName: query.startsWith('query') ? 'A' : null }, staff)
      expect([somebody.status, somebody.errors?.[0]?.extensions['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED'])
      const nobody = await world.ask({ query })
      expect([nobody.status, nobody.errors?.[0]?.extensions]).toEqual([
        401,
        { code: 'UNAUTHENTICATED', field: 'Query.bill' },
      ])
      expect(nobody.headers.get('www-authenticate')).toBe('Bearer realm="yibao"')
    }
  })

  test('what is open stays open, and an unknown field is still called unknown', async () => {
    expect((await world.ask({ query: '{ version ...F } fragment F on Query { __typename }' })).data).toEqual({
      version: '1',
      __typename: 'Query',
    })
    expect((await world.ask({ query: '{ nothing }' })).errors?.[0]?.extensions['code']).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    )
  })
})
