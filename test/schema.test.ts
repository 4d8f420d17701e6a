import { QueryPlanner } from '@graphql-hive/router-query-planner'
import { printSubgraphSchema } from '@apollo/subgraph'
import { buildSchema, findBreakingChanges, getNamedType, isAbstractType, parse, type GraphQLSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { apiSchema, readSupergraph } from '@yibao/gateway/supergraph'
import { assertCovered, readRules } from '@yibao/schema/access-rules'
import type { Identity } from '@yibao/schema/identity'
import { compose } from './compose.ts'
import { readBefore, readHere, writeHere } from './schema-files.ts'
import { schemas } from './schemas.ts'

const SUPERGRAPH = 'schema/supergraph.graphql'
const BREAKING = 'schema/breaking.json'
const isUpdate = process.env['UPDATE_SCHEMA'] === '1'

const parts = Object.entries(schemas).map(([name, schema]) => ({
  name,
  sdl: `${printSubgraphSchema(schema).trim()}\n`,
}))
const supergraph = compose(parts)
if (isUpdate) {
  for (const { name, sdl } of parts) writeHere(`schema/sdl/${name}.graphql`, sdl)
  writeHere(SUPERGRAPH, supergraph)
}

/** A breaking change someone meant, with the reason and what clients do instead. */
interface Declared {
  change: string
  reason: string
}

const breaking = (before: GraphQLSchema, now: GraphQLSchema) =>
  findBreakingChanges(before, now).map(({ type, description }) => `${type}: ${description}`)

describe('the schema', () => {
  test.each(parts)('of $name is committed as it is printed (npm run schema writes it)', ({ name, sdl }) => {
    expect(readHere(`schema/sdl/${name}.graphql`)).toBe(sdl)
  })

  test('of the graph is committed as it composes (npm run schema writes it)', () => {
    expect(readHere(SUPERGRAPH)).toBe(supergraph)
  })

  test.each(parts)('of $name says for every field who may use it', ({ sdl }) => assertCovered(sdl))

  test('of the graph says for every field who may use it', () => {
    expect(readSupergraph(supergraph).subgraphs.keys().toArray().toSorted()).toEqual(Object.keys(schemas).toSorted())
  })

  test('lets whoever may use a field see what kind of answer it is, and why not', () => {
    const { api, access } = readSupergraph(supergraph)
    const locked = readRules(supergraph)
    const refused: string[] = []
    for (const [kind, type] of [
      ['query', api.getQueryType()],
      ['mutation', api.getMutationType()],
    ] as const) {
      for (const field of Object.values(type?.getFields() ?? {})) {
        const answer = getNamedType(field.type)
        if (!isAbstractType(answer)) continue
        const document = parse(`${kind} { ${field.name} { __typename ... on Rejection { code } } }`)
        for (const [role = '', ...scopes] of locked.get(type?.name ?? '')?.fields.get(field.name) ?? []) {
          const identity = { kind: role.replace('role:', ''), scopes } as unknown as Identity
          const refusal = access.refusal(document, undefined, identity)
          if (refusal !== null) refused.push(`${field.name} for ${role} ${scopes.join(' ')}: ${refusal.message}`)
        }
      }
    }
    expect(refused).toEqual([])
  })

  test('breaks no client unless schema/breaking.json says that it does and why', () => {
    const before = readBefore(SUPERGRAPH)
    const declared = JSON.parse(readHere(BREAKING) ?? '[]') as Declared[]
    for (const { reason } of declared) expect(reason.length).toBeGreaterThan(10)
    const known = new Set(declared.map(({ change }) => change))
    const [old, now] = [before ?? supergraph, supergraph].map((sdl) => apiSchema(new QueryPlanner(sdl)))
    expect(breaking(old as GraphQLSchema, now as GraphQLSchema).filter((change) => !known.has(change))).toEqual([])
  })
})

describe('composition', () => {
  const LINK =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@requiresScopes", "@tag"])'
  const part = (name: string, sdl: string) => ({ name, sdl: `${LINK}\n${sdl}` })

  test('refuses two rules for one type, which nobody could satisfy', () => {
    const a = part(
      'a',
      'type Query { t: T @tag(name: "public") } type T @key(fields: "id") @requiresScopes(scopes: [["role:staff"]]) { id: ID! }',
    )
    const b = part('b', 'type T @key(fields: "id") @requiresScopes(scopes: [["role:person"]]) { id: ID! x: String }')
    expect(() => compose([a, b])).toThrow('T has one rule in a and another in b')
  })

  test('keeps the rule of the owner when another subgraph refers to the type openly', () => {
    const a = part(
      'a',
      'type Query { t: T @tag(name: "public") } type T @key(fields: "id") @requiresScopes(scopes: [["role:staff"]]) { id: ID! }',
    )
    const b = part('b', 'type T @key(fields: "id") @tag(name: "public") { id: ID! x: String }')
    expect(compose([a, b])).toMatch(/type T .*@requiresScopes\(scopes: \[\["role:staff"\]\]\)/)
  })

  test('says what does not fit together', () => {
    expect(() =>
      compose([part('a', 'type Query { t: Int @tag(name: "public") }'), part('b', 'type Query { t: Int }')]),
    ).toThrow('t')
  })
})

test('a removed field, a narrowed argument and a new required input are breaking, an added field is not', () => {
  const before = buildSchema('type Query { a(x: Int): String b: String } input I { x: Int }')
  const now = buildSchema('type Query { a(x: Int!): String c: String } input I { x: Int y: Int! }')
  expect(breaking(before, now)).toHaveLength(3)
  expect(
    breaking(before, buildSchema('type Query { a(x: Int): String b: String c: String } input I { x: Int }')),
  ).toEqual([])
})
