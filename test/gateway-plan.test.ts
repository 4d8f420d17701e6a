import { parse, getOperationAST } from 'graphql'
import { expect, test } from 'vitest'
import { createAsk } from '@yibao/gateway/ask'
import type { Guarded } from '@yibao/gateway/guard'
import { createExecutor } from '@yibao/gateway/routes'
import { readSupergraph } from '@yibao/gateway/supergraph'
import type { Identity } from '@yibao/schema/identity'
import { compose } from './compose.ts'
import { bills } from './fixtures/gateway/bills.ts'
import { people } from './fixtures/gateway/people.ts'
import { places } from './fixtures/gateway/places.ts'
import { hospital, staff, startWorld } from './fixtures/gateway/world.ts'

const logger = { info: () => {}, warn: () => {}, error: () => {} }
const subgraphs = [people(logger), places(logger), bills(logger)]
const supergraph = readSupergraph(compose(subgraphs))
const executor = createExecutor(supergraph, { ask: createAsk(subgraphs, logger), logger })

function guarded(query: string, variables: Guarded['variables'], identity: Identity): Guarded {
  const document = parse(query)
  const operation = getOperationAST(document)
  if (!operation) throw new Error('no operation')
  return { document, operation, operationName: undefined, variables, identity }
}

const SETTLE = `mutation Settle($requestId: ID!, $input: SettleInput!) {
  settled: settle(requestId: $requestId, input: $input) {
    __typename
    ... on Bill { id amount lines { ...Line } }
    ... on Rejection { code message { zh en } problems { path code } }
  }
}
fragment Line on Line { serial code note price amount inScope n: note }`
const input = (count: number) => ({
  credential: 'x',
  lines: Array.from({ length: count }, (_, i) => ({ serial: `${i}`, code: 'C', price: '1.00', quantity: 1 })),
})

test.each<[string, string, Record<string, unknown>, Identity]>([
  ['a mutation', SETTLE, { requestId: '1', input: input(10) }, hospital],
  ['a refusal', SETTLE, { requestId: '1', input: input(6_000) }, hospital],
  [
    'aliases and variables',
    'query($n: Int = 3) { a: bills(first: $n) { edges { node { x: id lines { code } } } } b: bill(id: "9") { id } }',
    {},
    staff,
  ],
  ['an entity of which only the key is asked', '{ bill(id: "1") { id person { id } hospital { code } } }', {}, staff],
  [
    'directives',
    'query($yes: Boolean = true) { bill(id: "1") { id @skip(if: $yes) amount @include(if: $yes) } }',
    {},
    staff,
  ],
  [
    'an interface and a union',
    '{ places { __typename name ... on Hospital { beds } } sites { ... on Pharmacy { isOpen } } }',
    {},
    staff,
  ],
  ['nothing found', '{ person(id: "77") { name } }', {}, staff],
])(
  '%s, asked of one subgraph, is answered as the planned way answers it, byte for byte',
  async (_what, query, variables, who) => {
    const asked = guarded(query, variables, who)
    expect((await executor.route(asked, query)).kind).toBe('direct')
    const plan = await supergraph.planner.planAsync(query, undefined, new Set(), 0)
    const caller = { identity: who, traceId: 't' }
    const { data } = await executor.runPlan(executor.compile(plan, asked), asked, caller)
    const planned = JSON.stringify({ data })
    const fallen = await executor.runPlan(null, asked, caller)
    expect(JSON.stringify({ data: fallen.data })).toBe(planned)
    const world = await startWorld()
    expect((await world.ask({ query, variables }, who)).text.trim()).toBe(planned)
    await world.close()
  },
)

const kind = async (query: string) => (await executor.route(guarded(query, {}, staff), query)).kind

test('what needs several subgraphs is planned, what needs none is answered here', async () => {
  expect(await kind('{ bill(id: "1") { person { name } } }')).toBe('planned')
  expect(await kind('{ version bill(id: "1") { id } }')).toBe('planned')
  expect(await kind('{ __typename }')).toBe('local')
  expect(await kind('{ ...F } fragment F on Query { __schema { queryType { name } } }')).toBe('local')
})

test('entities are joined through lists, conditions and batches', async () => {
  const world = await startWorld()
  const query = `query($no: Boolean = false) {
    a: bills(first: 3) { edges { node { id person { name } hospital { ... on Hospital { name } } } } }
    b: bill(id: "3") { person { nickname bills { person { name @skip(if: $no) } } } ward @include(if: $no) { beds } }
  }`
  const { data, errors } = await world.ask({ query }, staff)
  expect(errors).toBeUndefined()
  expect(data).toEqual({
    a: {
      edges: [
        { node: { id: '0', person: { name: '安' }, hospital: { name: '第一医院' } } },
        { node: { id: '1', person: { name: '白' }, hospital: { name: '第二医院' } } },
        { node: { id: '2', person: { name: '常' }, hospital: { name: '第一医院' } } },
      ],
    },
    b: { person: { nickname: '小邓', bills: [{ person: { name: '邓' } }, { person: { name: '邓' } }] } },
  })
  await world.close()
})

test('a document with several operations runs the one that is named', async () => {
  const world = await startWorld()
  const query =
    'query A { bill(id: "1") { id } } query B { version me { id } } query C { version bill(id: "2") { id } }'
  expect((await world.ask({ query, operationName: 'A' }, staff)).data).toEqual({ bill: { id: '1' } })
  expect((await world.ask({ query, operationName: 'C' }, staff)).data).toEqual({ version: '1', bill: { id: '2' } })
  await world.close()
})

test('everything left out by a variable is an empty answer, not an error', async () => {
  const world = await startWorld()
  const query = 'query($no: Boolean!) { bill(id: "1") @include(if: $no) { id person { name } } }'
  expect((await world.ask({ query, variables: { no: false } }, staff)).data).toEqual({})
  expect((await world.ask({ query: '{ bill(id: "1") @skip(if: true) { id } }' }, staff)).data).toEqual({})
  await world.close()
})

test('introspection is answered from the public schema, without a trace of the parts', async () => {
  const world = await startWorld({ introspection: true })
  const { data, errors, text } = await world.ask({
    query: '{ __schema { types { name fields { name } } directives { name } } }',
  })
  expect([errors, data === null]).toEqual([undefined, false])
  expect(text).not.toMatch(/join__|link__|_Entity|_service|requiresScopes|"people"/)
  expect((await world.ask({ query: '{ version __schema { queryType { name } } }' })).status).toBe(400)
  await world.close()
})
