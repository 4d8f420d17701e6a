import {
  getNamedType,
  isAbstractType,
  isEnumType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql'

/**
 * Whether a document that is valid against the schema of a subgraph is also answered there as the graph would answer it. It is
 * not where the two know other values of an enum, or count other objects of the subgraph to an interface or union: what clients
 * may not see would come through, and a fragment would leave out what another subgraph says is of its type.
 */
export function meansTheSame(document: DocumentNode, subgraph: GraphQLSchema, api: GraphQLSchema): boolean {
  const types = new TypeInfo(subgraph)
  let isSame = true
  const look = (type: GraphQLNamedType | null | undefined) => {
    if (isSame && type && !isKnownAlike(type, api)) isSame = false
  }
  const visitor = {
    Field: () => look(getNamedType(types.getType())),
    InlineFragment: () => look(getNamedType(types.getType())),
    FragmentDefinition: () => look(getNamedType(types.getType())),
  }
  visit(document, visitWithTypeInfo(types, visitor))
  return isSame

  function isKnownAlike(type: GraphQLNamedType, other: GraphQLSchema): boolean {
    const twin = other.getType(type.name)
    if (isEnumType(type)) {
      return isEnumType(twin) && areAlike(namesOf(type.getValues()), namesOf(twin.getValues()))
    }
    if (!isAbstractType(type)) return twin !== undefined
    if (!isAbstractType(twin)) return false
    // What the subgraph does not know it cannot answer with.
    const known = other.getPossibleTypes(twin).filter(({ name }) => subgraph.getType(name) !== undefined)
    return areAlike(namesOf(subgraph.getPossibleTypes(type)), namesOf(known))
  }
}

const namesOf = (all: readonly { readonly name: string }[]): Set<string> => new Set(all.map((one) => one.name))

const areAlike = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && one.isSubsetOf(other)
