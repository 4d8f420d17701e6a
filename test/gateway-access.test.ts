import { generateKeyPairSync } from 'node:crypto'
import { buildASTSchema, parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGateway } from '@yibao/gateway/gateway'
import { createAccess } from '@yibao/schema/access'
import { assertCovered } from '@yibao/schema/access-rules'
import type { Identity } from '@yibao/schema/identity'
import { signInternal } from '@yibao/schema/internal-token'
import { serve, type Served } from '@yibao/schema/serve'
import type { Subgraph } from '@yibao/schema/subgraph'
import { compose } from './compose.ts'
import { auditor, hospital, insuredPerson, staff, startWorld, type World } from './fixtures/gateway/world.ts'
import { people } from './fixtures/gateway/people.ts'
import { places } from './fixtures/gateway/places.ts'

const logger = { info: () => {}, warn: () => {}, error: () => {} }
const officer: Identity = { ...staff, scopes: ['insured:pii'] }
const clerk: Identity = { ...hospital, scopes: ['insured:pii'] }

type Case = [what: string, query: string, who: Identity | null, refused: string | null]

const cases: Case[] = [
  ['a public field needs nobody', '{ version }', null, null],
  ['a field with a rule needs somebody', '{ me { id } }', null, 'Query.me'],
  ['a role that is named may', '{ me { id } }', insuredPerson, null],
  ['another role may not', '{ me { id } }', staff, 'Query.me'],
  ['a scope that is missing', '{ person(id: 1) { pii } }', staff, 'Person.pii'],
  ['a scope without the role', '{ person(id: 1) { pii } }', clerk, 'Person.pii'],
  ['the role with the scope', '{ person(id: 1) { pii } }', officer, null],
  ['a type closed to a role, through an open field', '{ person(id: 1) { name } }', auditor, 'Query.person'],
  ['under an alias', '{ x: person(id: 1) { y: pii } }', staff, 'Person.pii'],
  ['in a fragment', '{ person(id: 1) { ...F } } fragment F on Person { pii }', staff, 'Person.pii'],
  ['in an inline fragment', '{ person(id: 1) { ... on Person { pii } } }', staff, 'Person.pii'],
  ['in a fragment without a type', '{ ... { person(id: 1) { ... { pii } } } }', staff, 'Person.pii'],
  ['behind another subgraph', '{ bill(id: 1) { person { pii } } }', staff, 'Person.pii'],
  ['behind two', '{ person(id: 1) { bills { person { pii } } } }', staff, 'Person.pii'],
  ['a field another subgraph adds', '{ person(id: 1) { bills { id } } }', hospital, 'Person.bills'],
  ['under @include(if: false)', '{ version person(id: 1) @include(if: false) { pii } }', staff, 'Person.pii'],
  ['under @skip(if: true)', '{ version ... @skip(if: true) { person(id: 1) { pii } } }', staff, 'Person.pii'],
  [
    'under a directive with a variable',
    'query($no: Boolean = false) { version me @include(if: $no) { id } }',
    staff,
    'Query.me',
  ],
  ['through the interface', '{ places { name } }', hospital, 'Pharmacy.name'],
  ['through the interface, with the right', '{ places { name } }', staff, null],
  ['only which types are behind the interface', '{ places { __typename } }', hospital, null],
  ['only the type one may', '{ places { ... on Hospital { name } } }', hospital, null],
  ['the type one may not', '{ places { ... on Pharmacy { isOpen } } }', hospital, 'Pharmacy.isOpen'],
  ['the interface inside a type one may', '{ sites { ... on Hospital { ... on Place { name } } } }', hospital, null],
  ['the interface on a union', '{ sites { ... on Place { name } } }', hospital, 'Pharmacy.name'],
  ['the union member one may not', '{ sites { ... on Pharmacy { code } } }', hospital, 'Pharmacy.code'],
  ['only which types are in the union', '{ sites { __typename } }', hospital, null],
  ['the name of a type one may not', '{ sites { ... on Pharmacy { __typename } } }', hospital, 'Pharmacy'],
  [
    'an open refusal in a result union',
    'mutation { settle(requestId: 1, input: { credential: "", lines: [] }) { ... on Rejection { code } } }',
    hospital,
    null,
  ],
  [
    'a mutation of another role',
    'mutation { settle(requestId: 1, input: { credential: "", lines: [] }) { __typename } }',
    staff,
    'Mutation.settle',
  ],
  ['the second operation of a document', 'query A { version } query B { me { id } }', staff, null],
]

describe.each(['in process', 'over HTTP'] as const)('rights, subgraphs %s', (mode) => {
  let world: World
  beforeAll(async () => {
    world = await startWorld({ mode })
  })
  afterAll(() => world.close())

  test.each(cases)('%s', async (_what, query, who, refused) => {
    const { status, errors, data } = await world.ask(
      { query, operationName: query.startsWith('query A') ? 'A' : null },
      who,
    )
    if (refused === null) {
      expect([status, errors]).toEqual([200, undefined])
    } else {
      expect(status).toBe(who === null ? 401 : 403)
      expect(errors?.[0]?.extensions).toEqual({ code: who === null ? 'UNAUTHENTICATED' : 'FORBIDDEN', field: refused })
      expect(errors?.[0]?.message).toMatch(/[一-鿿]/)
      expect(data).toBeUndefined()
    }
  })
})

const run = (subgraph: Subgraph, query: string, identity: Identity | null) =>
  subgraph.execute({ query, variables: { r: [{ __typename: 'Person', id: '1' }] }, identity, traceId: 't' })
const entities = (fields: string) =>
  `query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { ${fields} } } }`

describe('a subgraph by itself', () => {
  test('checks rights again, for entities as for fields', async () => {
    const own = people(logger)
    expect((await run(own, entities('name'), staff)).data).toEqual({ _entities: [{ name: '白' }] })
    expect((await run(own, entities('pii'), officer)).errors).toBeUndefined()
    for (const [query, who] of [
      [entities('pii'), staff],
      [entities('name'), auditor],
      [entities('name'), null],
      ['{ person(id: 1) { pii } }', staff],
    ] as const) {
      const { errors, data } = await run(own, query, who)
      expect([errors?.[0]?.extensions['code'], data]).toEqual([
        who === null ? 'UNAUTHENTICATED' : 'FORBIDDEN',
        undefined,
      ])
    }
  })

  test('checks all types behind an interface', async () => {
    expect((await run(places(logger), '{ places { name } }', hospital)).errors?.[0]?.extensions['code']).toBe(
      'FORBIDDEN',
    )
  })

  test('tells nobody its SDL or its types', async () => {
    for (const query of [
      '{ _service { sdl } }',
      '{ __schema { types { name } } }',
      '{ ... on Query { x: __type(name: "Person") { name } } }',
    ]) {
      expect((await run(people(logger), query, officer)).errors?.[0]?.extensions['code']).toBe('FORBIDDEN')
    }
  })
})

describe('a subgraph over HTTP', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const body = JSON.stringify({ query: '{ version }' })
  let served: Served
  let url: string
  beforeAll(async () => {
    served = await serve({ subgraph: people(logger), key: publicKey, logger })
    url = `http://127.0.0.1:${await served.listen({ port: 0 })}/graphql`
  })
  afterAll(() => served.close())
  const send = (headers: Record<string, string>, text = body) => fetch(url, { method: 'POST', headers, body: text })
  const sign = (audience: string, text = body, key = privateKey) =>
    signInternal(key, { audience, identity: null, traceId: 't', body: text })

  test('answers the token of the gateway for this subgraph and this body', async () => {
    const answer = await send({ authorization: `Bearer ${await sign('people')}` })
    expect([answer.status, await answer.json()]).toEqual([200, { data: { version: '1' } }])
  })

  test('answers nobody else', async () => {
    const other = generateKeyPairSync('ed25519').privateKey
    const refused = [
      await send({}),
      await send({ authorization: 'Bearer x' }),
      await send({ authorization: `Bearer ${await sign('bills')}` }),
      await send({ authorization: `Bearer ${await sign('people', '{ me { id } }')}` }),
      await send({ authorization: `Bearer ${await sign('people', body, other)}` }),
      await send({ 'x-identity': JSON.stringify(officer), authorization: 'Bearer ' }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401])
    const elsewhere = await fetch(url.replace('/graphql', '/admin'))
    expect(elsewhere.status).toBe(404)
  })

  test('says whether it is live and ready to anyone', async () => {
    const [live, ready] = ['live', 'ready'].map((path) => fetch(url.replace('/graphql', `/health/${path}`)))
    expect([(await live)?.status, (await ready)?.status]).toEqual([200, 200])
  })
})

describe('what must be covered', () => {
  const head =
    'directive @requiresScopes(scopes: [[String!]!]!) on OBJECT | FIELD_DEFINITION\ndirective @tag(name: String!) on OBJECT | FIELD_DEFINITION\n'

  test('a schema with a bare field does not start, and every such field is named', () => {
    const sdl = `type Query { a: String @tag(name: "public") b: String c: T } type T { x: String y: String @tag(name: "internal") }`
    expect(() => assertCovered(sdl)).toThrow(/Query\.b, Query\.c, T\.x, T\.y/)
  })

  test('a gateway whose graph has a bare field does not start', async () => {
    const sdl = compose([{ name: 'a', sdl: 'type Query { bare: String }' }])
    const start = createGateway({
      transports: [],
      supergraphSdl: sdl,
      signIn: () => Promise.resolve(null),
      introspection: false,
      logger,
    })
    await expect(start).rejects.toThrow('Query.bare')
  })

  test('the rule of a type covers its fields, and a rule outweighs the public tag on an object', () => {
    const sdl = `${head} type Query { t: T @tag(name: "public") }
      type T @tag(name: "public") @requiresScopes(scopes: [["role:staff"]]) { x: String }`
    assertCovered(sdl)
    const schema = buildASTSchema(parse(sdl))
    const refusal = (who: Identity) => createAccess(sdl, schema).refusal(parse('{ t { x } }'), undefined, who)
    expect(refusal(staff)).toBeNull()
    expect(refusal(auditor)?.extensions['code']).toBe('FORBIDDEN')
  })

  test('without any rule nobody may', () => {
    const sdl = 'type Query { a: String }'
    const access = createAccess(sdl, buildASTSchema(parse(sdl)))
    expect(access.refusal(parse('{ a }'), undefined, officer)?.extensions['code']).toBe('FORBIDDEN')
  })
})
