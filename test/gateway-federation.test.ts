import { buildSubgraphSchema } from '@apollo/subgraph'
import { composeServices } from '@theguild/federation-composition'
import { QueryPlanner } from '@graphql-hive/router-query-planner'
import { buildASTSchema, execute, getOperationAST, parse, type GraphQLError } from 'graphql'
import { expect, test } from 'vitest'
import type { Guarded } from '@yibao/gateway/guard'
import { createExecutor } from '@yibao/gateway/routes'
import { readSubgraphSchemas } from '@yibao/gateway/subgraph-schema'
import { apiSchema, type Supergraph } from '@yibao/gateway/supergraph'

interface Part {
  readonly name: string
  readonly sdl: string
  readonly resolvers: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5",
  import: ["@key", "@shareable", "@external", "@requires", "@provides", "@inaccessible", "@interfaceObject", "@override"])\n`

/** A graph of any subgraphs, without the rules of ours; says how a document is answered, and what it took. */
async function graphOf(parts: readonly Part[]) {
  const { supergraphSdl: sdl, errors: faults } = composeServices(
    parts.map((one) => ({ name: one.name, typeDefs: parse(LINK + one.sdl), url: `http://${one.name}` })),
  )
  if (sdl === undefined) throw new Error(String(faults?.map((one) => one.message)))
  const schemas = new Map(
    parts.map((one) => [
      one.name,
      buildSubgraphSchema([{ typeDefs: parse(LINK + one.sdl), resolvers: one.resolvers as never }]),
    ]),
  )
  const planner = new QueryPlanner(sdl)
  const composed = parse(sdl)
  const full = buildASTSchema(composed, { assumeValid: true, assumeValidSDL: true })
  const supergraph = {
    sdl,
    full,
    api: apiSchema(planner),
    planner,
    subgraphs: readSubgraphSchemas(composed),
  } as Supergraph
  const said: string[] = []
  const ask = async (name: string, _kind: string, request: { query: string; variables: object }) => {
    const schema = schemas.get(name)
    if (schema === undefined) throw new Error(`no subgraph ${name}`)
    said.push(name)
    const result = await execute({ schema, document: parse(request.query), variableValues: { ...request.variables } })
    // As it comes over the wire.
    const data = JSON.parse(JSON.stringify(result.data ?? null)) as Record<string, unknown> | null
    return result.errors === undefined ? { data } : { data, errors: [...result.errors] }
  }
  const logger = { warn: () => {} }
  const executor = createExecutor(supergraph, { ask, logger, fallback: false })
  return async (query: string, variables: Record<string, unknown> = {}) => {
    said.length = 0
    const document = parse(query)
    const operation = getOperationAST(document)
    if (!operation) throw new Error('no operation')
    const guarded: Guarded = { document, operation, operationName: undefined, variables, identity: null }
    const way = await executor.route(guarded, query)
    const caller = { identity: null, traceId: 't' }
    const answer =
      way.kind === 'planned'
        ? await executor.runPlan(way.compiled, guarded, caller)
        : way.kind === 'direct'
          ? await ask(way.subgraph, 'query', { query, variables })
          : {}
    const { data, errors } = answer as { data?: unknown; errors?: readonly GraphQLError[] }
    return { kind: way.kind, data, paths: errors?.map((one) => one.path), said: [...said] }
  }
}

const hospitals = () =>
  graphOf([
    {
      name: 'register',
      sdl: `type Query { hospitals: [Hospital!]! first: Hospital place: Place }
      interface Place { code: ID! }
      type Hospital implements Place @key(fields: "code") { code: ID! level: Level beds(open: Boolean!): Int! }
      type Depot { code: ID! }
      enum Level { ONE TWO SECRET @inaccessible }`,
      resolvers: {
        Query: {
          hospitals: () => ['H1', 'H2', 'H1'].map((code) => ({ code })),
          first: () => ({ code: 'H1' }),
          place: () => ({ __typename: 'Hospital', code: 'H2' }),
        },
        Hospital: {
          level: ({ code }: { code: string }) => (code === 'H1' ? 'TWO' : 'SECRET'),
          beds: (_: unknown, { open }: { open: boolean }) => (open ? 3 : 10),
        },
      },
    },
    {
      name: 'quality',
      sdl: `type Hospital @key(fields: "code") {
        code: ID!
        beds(open: Boolean!): Int! @external
        occupied: Int! @requires(fields: "beds(open: true)")
        grade: String
        fault: String
      }`,
      resolvers: {
        Hospital: {
          occupied: ({ beds }: { beds: number }) => 10 - beds,
          grade: ({ code }: { code: string }) => `grade of ${code}`,
          fault: ({ code }: { code: string }) => {
            throw new Error(`no fault of ${code}`)
          },
        },
      },
    },
  ])

test('a value of an enum that clients may not see is null, though one subgraph alone is asked', async () => {
  const { data, kind } = await (await hospitals())('{ hospitals { code level } }')
  expect(kind).toBe('planned')
  expect(data).toEqual({
    hospitals: [
      { code: 'H1', level: 'TWO' },
      { code: 'H2', level: null },
      { code: 'H1', level: 'TWO' },
    ],
  })
})

test('what another field needs with other arguments is fetched beside what the client asks', async () => {
  const { data } = await (await hospitals())('{ first { beds(open: false) occupied } }')
  expect(data).toEqual({ first: { beds: 10, occupied: 7 } })
})

test('an entity that stands in several places is asked for once, and its error stands in each of them', async () => {
  const ask = await hospitals()
  const { data, paths, said } = await ask('{ hospitals { grade fault } }')
  expect(data).toEqual({
    hospitals: ['H1', 'H2', 'H1'].map((code) => ({ grade: `grade of ${code}`, fault: null })),
  })
  expect(paths).toEqual([
    ['hospitals', 0, 'fault'],
    ['hospitals', 2, 'fault'],
    ['hospitals', 1, 'fault'],
  ])
  expect(said).toEqual(['register', 'quality'])
})

test('what a condition leaves out is not asked for', async () => {
  const ask = await hospitals()
  const query =
    'query($more: Boolean = false) { first { code grade @include(if: $more) ...More } } fragment More on Hospital { grade @include(if: $more) }'
  expect(await ask(query)).toMatchObject({ data: { first: { code: 'H1' } }, said: ['register'] })
  expect(await ask(query, { more: true })).toMatchObject({
    data: { first: { code: 'H1', grade: 'grade of H1' } },
    said: ['register', 'quality'],
  })
})

test('an interface that another subgraph put on a type is seen by fragments', async () => {
  const ask = await graphOf([
    {
      name: 'shelf',
      sdl: `type Query { goods: [Good!]! } union Good = Drug | Device
        type Drug @key(fields: "code") { code: ID! } type Device @key(fields: "code") { code: ID! }`,
      resolvers: {
        Query: {
          goods: () => [
            { __typename: 'Drug', code: 'D1' },
            { __typename: 'Device', code: 'E1' },
          ],
        },
      },
    },
    {
      name: 'trace',
      sdl: `interface Traced { code: ID! trace: String! }
        type Drug implements Traced @key(fields: "code") { code: ID! trace: String! }`,
      resolvers: { Drug: { trace: ({ code }: { code: string }) => `trace of ${code}` } },
    },
  ])
  expect((await ask('{ goods { ... on Traced { code trace } } }')).data).toEqual({
    goods: [{ code: 'D1', trace: 'trace of D1' }, {}],
  })
})
