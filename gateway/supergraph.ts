import { QueryPlanner } from '@graphql-hive/router-query-planner'
import {
  buildASTSchema,
  GraphQLError,
  isScalarType,
  Kind,
  parse,
  specifiedDirectives,
  specifiedScalarTypes,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql'
import { createAccess, type Access } from '@yibao/schema/access'
import { assertCovered, readRules } from '@yibao/schema/access-rules'
import { readSubgraphSchemas } from './subgraph-schema.ts'

/** All the gateway knows of the graph. */
export interface Supergraph {
  readonly sdl: string
  /** With the directives of composition, for the executor. */
  readonly full: GraphQLSchema
  /** What clients see: the graph without any trace of its parts. */
  readonly api: GraphQLSchema
  readonly planner: QueryPlanner
  readonly access: Access
  /** The root fields (`Query.me`) that need somebody who has signed in. */
  readonly closedRoots: ReadonlySet<string>
  /** The subgraphs it was composed from by name, and what each of them knows by itself. */
  readonly subgraphs: ReadonlyMap<string, () => GraphQLSchema>
}

/**
 * Reads the composed supergraph. Throws when a public field has neither an authorisation rule nor the public tag:
 * the gateway does not start with a field nobody has thought about.
 */
export function readSupergraph(sdl: string): Supergraph {
  const document = parse(sdl, { noLocation: true })
  assertCovered(document)
  const planner = new QueryPlanner(sdl)
  const api = takeTextOnly(apiSchema(planner))
  const full = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true })
  const access = createAccess(document, api)
  const closedRoots = new Set(closedFields(document, ['Query', 'Mutation', 'Subscription']))
  return { sdl, full, api, planner, access, closedRoots, subgraphs: readSubgraphSchemas(document) }
}

/** Fields that are not open to anyone, by their own rule or by that of their type. */
function closedFields(document: DocumentNode, types: readonly string[]): string[] {
  const rules = readRules(document)
  return types.flatMap((type) => {
    const element = rules.get(type)
    return [...(element?.fields ?? [])].flatMap(([field, own]) => {
      const said = [own, element?.rule].filter((rule) => rule !== undefined)
      const isOpen = said.length > 0 && said.every((rule) => rule === null)
      return isOpen ? [] : [`${type}.${field}`]
    })
  })
}

/** The platform's scalars are JSON strings on the wire; checked here, the fault is found with all others and has a path. */
function takeTextOnly(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isScalarType(type) || !TEXT_SCALARS.has(type.name)) continue
    type.parseValue = (value) => {
      if (typeof value !== 'string') throw new GraphQLError(`${type.name} must be a JSON string`)
      return value
    }
    type.parseLiteral = (node) => {
      if (node.kind !== Kind.STRING) throw new GraphQLError(`${type.name} must be a string`, { nodes: node })
      return node.value
    }
  }
  return schema
}

const TEXT_SCALARS = new Set(['Money', 'Rate', 'UnitPrice', 'Quantity', 'Date', 'DateTime'])
/** The schema clients see. */
export const apiSchema = (planner: QueryPlanner): GraphQLSchema => buildASTSchema(apiDocument(planner.consumerSchema))

const BUILT_IN = new Set([...specifiedScalarTypes, ...specifiedDirectives].map(({ name }) => name))

/** The planner's consumer schema spells out what every GraphQL schema has built in; graphql-js wants to add that itself. */
function apiDocument(consumerSchema: string): DocumentNode {
  const definitions = parse(consumerSchema, { noLocation: true }).definitions.flatMap((node) => {
    if (!('name' in node) || node.name === undefined) return [node]
    if (node.name.value.startsWith('__') || BUILT_IN.has(node.name.value)) return []
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return [node]
    return [{ ...node, fields: (node.fields ?? []).filter((field) => !field.name.value.startsWith('__')) }]
  })
  return { kind: Kind.DOCUMENT, definitions }
}
