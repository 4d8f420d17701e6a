import {
  getDirectiveValues,
  getNamedType,
  getNullableType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql'

type Row = Record<string, unknown>
type Variables = Readonly<Record<string, unknown>>

interface Completion {
  schema: GraphQLSchema
  operation: OperationDefinitionNode
  fragments: ReadonlyMap<string, FragmentDefinitionNode>
  variables: Variables
}

/**
 * Makes merged data keep the promises of the schema: a null where none may be takes the object around it, up to the
 * next nullable place, as a single server would do. The executor leaves such nulls in place when a subgraph is down,
 * and gives no data at all when nothing came back. Changes and returns `data`.
 */
export function complete(data: Row | null | undefined, completion: Completion): Row | null {
  const { schema, operation } = completion
  const root = schema.getRootType(operation.operation)
  if (!root || data === null) return null
  const row: Row = data ?? {}
  return completeRow(row, root, operation.selectionSet.selections, completion, data === undefined)
}

/** With `fill`, selected fields that are missing become null; otherwise a missing field was left out on purpose. */
function completeRow(
  row: Row,
  parent: GraphQLCompositeType,
  selections: readonly SelectionNode[],
  completion: Completion,
  fill = false,
): Row | null {
  for (const node of selections) {
    if (fill && isLeftOut(node, completion.variables)) continue
    if (node.kind !== Kind.FIELD) {
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? completion.fragments.get(node.name.value) : node
      const condition = fragment?.typeCondition
      const on = condition === undefined ? parent : completion.schema.getType(condition.name.value)
      if (fragment === undefined || !isCompositeType(on) || !fits(row, on, completion.schema)) continue
      if (completeRow(row, on, fragment.selectionSet.selections, completion, fill) === null) return null
      continue
    }
    const key = node.alias?.value ?? node.name.value
    const field = 'getFields' in parent ? parent.getFields()[node.name.value] : undefined
    if (field === undefined || (!fill && !(key in row))) continue
    row[key] = completeValue(row[key], field.type, node.selectionSet?.selections, completion)
    if (row[key] === null && isNonNullType(field.type)) return null
  }
  return row
}

function completeValue(
  value: unknown,
  type: GraphQLOutputType,
  selections: readonly SelectionNode[] | undefined,
  completion: Completion,
): unknown {
  if (value === null || value === undefined) return null
  const nullable = getNullableType(type)
  if (isListType(nullable) && Array.isArray(value)) {
    const items = value.map((item: unknown) => completeValue(item, nullable.ofType, selections, completion))
    return isNonNullType(nullable.ofType) && items.includes(null) ? null : items
  }
  const named = getNamedType(type)
  if (selections === undefined || !isCompositeType(named)) return value
  return completeRow(value as Row, named, selections, completion)
}

/** Without `__typename` in the answer a fragment is tried on every row: what it selects is then simply not there. */
function fits(row: Row, on: GraphQLCompositeType, schema: GraphQLSchema): boolean {
  const name = row['__typename']
  if (typeof name !== 'string' || name === on.name) return true
  const type = schema.getType(name)
  return isCompositeType(type) && 'getTypes' in on
    ? schema.getPossibleTypes(on).some((possible) => possible.name === name)
    : isCompositeType(type) && 'getInterfaces' in type && type.getInterfaces().some((one) => one.name === on.name)
}

function isLeftOut(node: SelectionNode, variables: Variables): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] === true) return true
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] === false
}
