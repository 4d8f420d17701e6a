import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { composeServices } from '@theguild/federation-composition'
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  validate,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql'
import { expect, test } from 'vitest'
import { readSubgraphSchemas } from '@yibao/gateway/subgraph-schema'

const SDL = join(import.meta.dirname, '..', 'schema')
const read = async (...path: string[]) => parse(await readFile(join(SDL, ...path), 'utf8'), { noLocation: true })

/** Every type with all that belongs to it, but for what federation adds. */
function shapeOf(schema: GraphQLSchema): Record<string, string[]> {
  const types = Object.values(schema.getTypeMap()).filter(
    ({ name }) => !/^_|^(link|federation)__|^FieldSet$/.test(name),
  )
  return Object.fromEntries(types.map((type) => [`${type.constructor.name} ${type.name}`, partsOf(type).toSorted()]))
}

function partsOf(type: GraphQLNamedType): string[] {
  if (isEnumType(type)) return type.getValues().map((one) => one.name)
  if (isUnionType(type)) return type.getTypes().map((one) => one.name)
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((one) => `${one.name}: ${String(one.type)}`)
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  const fields = Object.values(type.getFields()).filter(({ name }) => name !== '_entities' && name !== '_service')
  const args = (all: (typeof fields)[number]['args']) =>
    all
      .map((one) => `${one.name}: ${String(one.type)}`)
      .toSorted()
      .join(', ')
  return [
    ...type.getInterfaces().map((one) => `implements ${one.name}`),
    ...fields.map((field) => `${field.name}(${args(field.args)}): ${String(field.type)}`),
  ]
}

const unknown = (field: string, type: string) => [`Cannot query field "${field}" on type "${type}".`]

test.each(['cross-province', 'institutions', 'insured', 'settlement'])(
  'what %s knows by itself is read from the supergraph as its own schema says it',
  async (name) => {
    const schemas = readSubgraphSchemas(await read('supergraph.graphql'))
    const own = buildSubgraphSchema([{ typeDefs: await read('sdl', `${name}.graphql`) }])
    const found = schemas.get(name)
    expect(found).toBeDefined()
    if (found !== undefined) expect(shapeOf(found())).toEqual(shapeOf(own))
  },
)

test('a subgraph knows nothing it names only for others, and of a shared type only its own part', () => {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5",
    import: ["@key", "@shareable", "@external", "@requires", "@override", "@interfaceObject"])\n`
  const { supergraphSdl } = composeServices(
    Object.entries({
      register: `type Query { hospital: Hospital sites: [Site!]! }
        interface Site @key(fields: "code") { code: ID! }
        type Hospital implements Site @key(fields: "code") { code: ID! beds: Int! name: String! grade: Level }
        type Pharmacy implements Site @key(fields: "code") { code: ID! }
        union Any = Hospital | Pharmacy
        enum Level { ONE }`,
      quality: `type Query { worst: Hospital any: Any }
        interface Named { name: String! }
        type Hospital implements Named @key(fields: "code") {
          code: ID! beds: Int! @external free: Int! @requires(fields: "beds") name: String! @override(from: "register")
        }
        union Any = Hospital
        type Site @key(fields: "code") @interfaceObject { code: ID! score: Int! }`,
    }).map(([name, sdl]) => ({ name, typeDefs: parse(link + sdl), url: `http://${name}` })),
  )
  const schemas = readSubgraphSchemas(parse(supergraphSdl ?? ''))
  const faults = (name: string, query: string) => {
    const schema = schemas.get(name)?.()
    if (schema === undefined) throw new Error(`no ${name}`)
    return validate(schema, parse(query)).map((one) => one.message.replace(/ Did you mean.*/, ''))
  }
  expect([...schemas.keys()]).toEqual(['quality', 'register'])
  expect(faults('register', '{ hospital { beds grade } sites { code ... on Hospital { beds } } }')).toEqual([])
  expect(faults('quality', '{ worst { code free name } any { ... on Named { name } } }')).toEqual([])
  expect(faults('register', '{ hospital { free } }')).toEqual(unknown('free', 'Hospital'))
  expect(faults('register', '{ hospital { name } }')).toEqual(unknown('name', 'Hospital'))
  expect(faults('register', '{ worst { code } }')).toEqual(unknown('worst', 'Query'))
  expect(faults('register', '{ sites { score } }')).toEqual(unknown('score', 'Site'))
  expect(faults('quality', '{ worst { beds } }')).toEqual(unknown('beds', 'Hospital'))
  expect(faults('quality', '{ worst { grade } }')).toEqual(unknown('grade', 'Hospital'))
  expect(faults('quality', '{ any { ... on Pharmacy { code } } }')).toEqual(['Unknown type "Pharmacy".'])
})
