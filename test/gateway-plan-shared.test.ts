import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, getOperationAST, parse, validate, type GraphQLFieldResolver } from 'graphql'
import { expect, test } from 'vitest'
import { createAsk, type Ask } from '@yibao/gateway/ask'
import type { Guarded } from '@yibao/gateway/guard'
import { merge } from '@yibao/gateway/plan-merge'
import { createExecutor } from '@yibao/gateway/routes'
import { readSupergraph, type Supergraph } from '@yibao/gateway/supergraph'
import { compose } from './compose.ts'
import { bills } from './fixtures/gateway/bills.ts'
import { askOneServer } from './fixtures/gateway/one-server.ts'
import { people } from './fixtures/gateway/people.ts'
import { places } from './fixtures/gateway/places.ts'
import { staff } from './fixtures/gateway/world.ts'

const logger = { info: () => {}, warn: () => {}, error: () => {} }

/** Answers by the plan alone; Hive's executor shares one object between two places too, so it is nothing to compare with. */
function plannedOn(supergraph: Supergraph, ask: Ask) {
  const executor = createExecutor(supergraph, { ask, logger, fallback: false })
  return async (query: string) => {
    const document = parse(query)
    expect(validate(supergraph.api, document)).toEqual([])
    const operation = getOperationAST(document)
    if (!operation) throw new Error('no operation')
    const asked: Guarded = { document, operation, operationName: undefined, variables: {}, identity: staff }
    const way = await executor.route(asked, query)
    if (way.kind !== 'planned') throw new Error(`it is answered ${way.kind}, without a plan`)
    const answer = await executor.runPlan(way.compiled, asked, { identity: staff, traceId: 't' })
    expect(answer.errors).toBeUndefined()
    return { document, data: answer.data }
  }
}

const subgraphs = [people(logger), places(logger), bills(logger)]
const fixture = readSupergraph(compose(subgraphs))
const askFixture = plannedOn(fixture, createAsk(subgraphs, logger))
/** One entity at each place, asked alike down to where the places differ. */
const twice = (root: string, path: readonly string[], asked: readonly string[]) =>
  `{ ${asked.map((one, i) => `p${i}: ${root} { ${path.join(' { ')} { x: ${one} } ${'} '.repeat(path.length)}`).join(' ')} }`

test.each<[string, string, readonly string[], readonly string[]]>([
  ['another field', 'person(id: "1")', ['bills', 'hospital'], ['name', 'beds']],
  ['a field that may be null', 'person(id: "1")', ['bills', 'person'], ['name', 'nickname']],
  ['another argument', 'person(id: "1")', ['bills', 'hospital'], ['beds', 'beds(ward: 1)']],
  ['another field far below', 'person(id: "1")', ['bills', 'person', 'bills', 'hospital'], ['name', 'beds']],
  ['another field in each of three places', 'person(id: "1")', ['bills', 'hospital'], ['name', 'beds', 'code']],
])('two places of one entity that ask %s under the same name are answered apart', async (_what, root, path, asked) => {
  const { document, data } = await askFixture(twice(root, path, asked))
  expect(data).toEqual(await askOneServer(fixture.api, document))
})

test('a field called like something every object inherits is null where it is null', () => {
  const row = {}
  merge(row, { constructor: null })
  expect(Object.entries(row)).toEqual([['constructor', null]])
})

const NAMES = ['cross-province', 'institutions', 'insured', 'settlement']
const institution = { __typename: 'Institution', code: 'H62020000001' }
const settlement = (id: string) => ({
  __typename: 'Settlement',
  insuredId: '1',
  id,
  insured: { __typename: 'Insured', id: '1' },
  institution,
})
/** What every subgraph of the platform knows of one person with two settlements of one institution. */
const KNOWN: Readonly<Record<string, unknown>> = {
  'Query.insured': { __typename: 'Insured', id: '1' },
  'Insured.name': '安',
  'Insured.personNumber': '62020000000000000001',
  'Insured.settlements': {
    __typename: 'SettlementConnection',
    edges: ['S1', 'S2'].map((id) => ({ node: settlement(id) })),
  },
  'Institution.name': '第一医院',
  'Institution.pool': '620200',
  'Institution.levels': [{ beginOn: '2026-01-01', level: 'LEVEL_3' }],
}
const fieldResolver: GraphQLFieldResolver<Record<string, unknown>, unknown> = (row, _input, _context, info) =>
  KNOWN[`${info.parentType.name}.${info.fieldName}`] ?? row[info.fieldName]

const sdlOf = (file: string) => readFileSync(join(import.meta.dirname, '../schema', file), 'utf8')
const platform = readSupergraph(sdlOf('supergraph.graphql'))
const parts = new Map(NAMES.map((name) => [name, buildSubgraphSchema(parse(sdlOf(`sdl/${name}.graphql`)))] as const))
const askPlatform = plannedOn(platform, async (name, _kind, { query, variables }) => {
  const schema = parts.get(name)
  if (schema === undefined) throw new Error(`no subgraph ${name}`)
  const { data, errors } = await execute({
    schema,
    document: parse(query),
    variableValues: { ...variables },
    fieldResolver,
  })
  // As it comes over the wire.
  return { data: JSON.parse(JSON.stringify(data ?? null)) as Record<string, unknown>, ...(errors && { errors }) }
})

const below = (asked: string) =>
  `... on Insured { settlements { ... on SettlementConnection { edges { node { ${asked} } } } } }`

test.each([
  [below('institution { x: name }'), below('institution { x: pool }')],
  [below('institution { x: levels { y: beginOn } }'), below('institution { x: levels { y: level } }')],
  [below('insured { x: name }'), below('insured { x: personNumber }')],
])('of the platform, two places of one person are answered apart: %s', async (one, other) => {
  const query = `{ a: insured(id: "1") { ${one} } b: insured(id: "1") { ${other} } }`
  const { document, data } = await askPlatform(query)
  const single = await execute({ schema: platform.api, document, fieldResolver, rootValue: {} })
  expect(single.errors).toBeUndefined()
  expect(data).toEqual(JSON.parse(JSON.stringify(single.data)))
})
