import {
  buildASTSchema,
  Kind,
  parseType,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  type TypeDefinitionNode,
} from 'graphql'

/**
 * What each subgraph of a composed supergraph knows of the graph, by its name: its types, and of them the fields it answers by
 * itself. Those it names only for others (`external`, overridden) are left out, so that a document that is valid here can be
 * answered there. A schema is made when it is first asked for, which takes 3 to 13 ms.
 * Source: the `join` specification, https://specs.apollo.dev/join/v0.3, as far as composition uses it.
 */
export function readSubgraphSchemas(document: DocumentNode): ReadonlyMap<string, () => GraphQLSchema> {
  const graphs = document.definitions.find((node) => isType(node) && node.name.value === 'join__Graph')
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) return new Map()
  return new Map(
    (graphs.values ?? []).flatMap((value) => {
      const [name] = joins(value, 'join__graph').map((one) => argument(one, 'name'))
      if (typeof name !== 'string') return []
      let schema: GraphQLSchema | undefined
      return [[name, () => (schema ??= schemaOf(document, value.name.value))] as const]
    }),
  )
}

/** @param graph its value of `join__Graph`, `CROSS_PROVINCE` */
function schemaOf(document: DocumentNode, graph: string): GraphQLSchema {
  const isOfGraph = (node: ConstDirectiveNode) => argument(node, 'graph') === graph
  const types = document.definitions.flatMap((node) => (isType(node) ? typeOf(node) : []))
  const names = new Set(types.map((node) => node.name.value))
  const definitions = document.definitions.flatMap((node): DefinitionNode[] => {
    if (node.kind !== Kind.SCHEMA_DEFINITION) return []
    const operationTypes = node.operationTypes.filter(({ type }) => names.has(type.name.value))
    return [{ ...node, directives: [], operationTypes }]
  })
  const own: DocumentNode = { kind: Kind.DOCUMENT, definitions: [...definitions, ...types] }
  return buildASTSchema(own, { assumeValid: true, assumeValidSDL: true })

  function typeOf(node: TypeDefinitionNode): TypeDefinitionNode[] {
    const joined = joins(node, 'join__type').filter(isOfGraph)
    if (joined.length === 0) return []
    const bare = { ...node, directives: [] }
    switch (bare.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION: {
        const fields = (bare.fields ?? []).flatMap((field) => fieldOf(field))
        const implemented = named(node, 'join__implements', 'interface')
        const interfaces = (bare.interfaces ?? []).filter(({ name }) => implemented.has(name.value))
        const isObject = joined.some((one) => argument(one, 'isInterfaceObject') === true)
        const kind = isObject ? Kind.OBJECT_TYPE_DEFINITION : bare.kind
        return [{ ...bare, kind, fields, interfaces }]
      }
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        return [{ ...bare, fields: (bare.fields ?? []).flatMap((field) => fieldOf(field)) }]
      case Kind.UNION_TYPE_DEFINITION: {
        const members = named(node, 'join__unionMember', 'member')
        return [{ ...bare, types: (bare.types ?? []).filter(({ name }) => members.has(name.value)) }]
      }
      case Kind.ENUM_TYPE_DEFINITION: {
        const values = (bare.values ?? []).filter((value) => joins(value, 'join__enumValue').some(isOfGraph))
        return [{ ...bare, values: values.map((value) => ({ ...value, directives: [] })) }]
      }
      case Kind.SCALAR_TYPE_DEFINITION:
        return [bare]
    }
  }

  /** A field without a word about graphs is one of every graph that has its type. */
  function fieldOf<T extends FieldDefinitionNode | InputValueDefinitionNode>(field: T): T[] {
    const joined = joins(field, 'join__field')
    const one = joined.find(isOfGraph)
    if (joined.length > 0 && (one === undefined || isForOthers(one))) return []
    const type = one === undefined ? undefined : argument(one, 'type')
    return [{ ...field, directives: [], ...(typeof type === 'string' && { type: parseType(type) }) }]
  }

  function named(node: TypeDefinitionNode, directive: string, of: string): Set<unknown> {
    return new Set(
      joins(node, directive)
        .filter(isOfGraph)
        .map((one) => argument(one, of)),
    )
  }
}

const isForOthers = (join: ConstDirectiveNode): boolean =>
  argument(join, 'external') === true ||
  argument(join, 'usedOverridden') === true ||
  argument(join, 'overrideLabel') !== undefined

const joins = ({ directives }: { readonly directives?: readonly ConstDirectiveNode[] | undefined }, name: string) =>
  (directives ?? []).filter((one) => one.name.value === name)

/** The value of an argument that is a name, a text or yes or no. */
function argument(directive: ConstDirectiveNode, name: string): string | boolean | undefined {
  const value = directive.arguments?.find((one) => one.name.value === name)?.value
  return value !== undefined && 'value' in value ? value.value : undefined
}

const isType = (node: DefinitionNode): node is TypeDefinitionNode => TYPES.has(node.kind)
const TYPES = new Set<string>([
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
  Kind.UNION_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_DEFINITION,
])
