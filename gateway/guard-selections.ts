import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { fault } from '@yibao/schema/fault'
import { PAGE_ROWS, UNPAGED_ROWS, type Limits } from './limits.ts'

/** Rows under a field: a fixed number, or the value of a variable with what counts when it is absent. */
type Rows = number | { readonly variable: string; readonly otherwise: number }

/** One field that answers objects; the leaves cost nothing. */
export interface Costed {
  readonly name: string
  readonly rows: Rows
  /** True when `rows` is a page size the client chose, which has bounds of its own. */
  readonly isPage: boolean
  readonly children: Costed[]
}

const PAGE_ARGUMENTS = ['first', 'last']

/**
 * Walks an operation once with all fragments expanded and throws LIMIT_EXCEEDED as soon as a count passes its limit,
 * so that a small document which expands to millions of fields costs no more than `limits.selections` steps.
 * Returns the tree from which the cost is computed when the variables are known. The document must be valid.
 */
export function countSelections(
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  operation: OperationDefinitionNode,
  limits: Limits,
): Costed[] {
  const counts = { selections: 0, aliases: 0, directives: 0, rootFields: 0 }
  const add = (limit: keyof typeof counts, by = 1) => {
    counts[limit] += by
    if (counts[limit] > limits[limit]) throw exceeded(limit, limits[limit])
  }

  function walk(set: SelectionSetNode, parent: GraphQLCompositeType | undefined, depth: number, into: Costed[]) {
    if (depth > limits.depth) throw exceeded('depth', limits.depth)
    for (const node of set.selections) {
      add('selections')
      add('directives', node.directives?.length ?? 0)
      if (node.kind === Kind.FIELD) {
        walkField(node, parent, depth, into)
        continue
      }
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : node
      if (fragment === undefined) continue
      const on = fragment.typeCondition === undefined ? parent : schema.getType(fragment.typeCondition.name.value)
      walk(fragment.selectionSet, isCompositeType(on) ? on : undefined, depth, into)
    }
  }

  function walkField(node: FieldNode, parent: GraphQLCompositeType | undefined, depth: number, into: Costed[]) {
    if (depth === 1) add('rootFields')
    if (node.alias !== undefined) add('aliases')
    if (node.selectionSet === undefined) return
    const field = parent !== undefined && 'getFields' in parent ? parent.getFields()[node.name.value] : undefined
    const type = field === undefined ? undefined : getNamedType(field.type)
    const costed: Costed = { name: node.name.value, ...rowsOf(node, field), children: [] }
    into.push(costed)
    walk(node.selectionSet, isCompositeType(type) ? type : undefined, depth + 1, costed.children)
  }

  const costed: Costed[] = []
  add('directives', operation.directives?.length ?? 0)
  walk(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, 1, costed)
  return costed
}

function rowsOf(node: FieldNode, field: GraphQLField<unknown, unknown> | undefined): { rows: Rows; isPage: boolean } {
  for (const name of PAGE_ARGUMENTS) {
    const definition = field?.args.find((argument) => argument.name === name)
    if (definition === undefined) continue
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value
    const otherwise = typeof definition.defaultValue === 'number' ? definition.defaultValue : PAGE_ROWS
    if (value?.kind === Kind.INT) return { rows: Number(value.value), isPage: true }
    if (value?.kind === Kind.VARIABLE) return { rows: { variable: value.name.value, otherwise }, isPage: true }
    // A field pages one way or the other; the size that is not given says nothing when the other one is.
    if (value === undefined && name !== PAGE_ARGUMENTS.at(-1) && hasArgument(node, PAGE_ARGUMENTS)) continue
    return { rows: otherwise, isPage: true }
  }
  // The rows of a connection are already counted at the field that has the page size.
  const isCounted = node.name.value === 'edges' || node.name.value === 'nodes'
  const isList = field !== undefined && isListType(getNullableType(field.type))
  return { rows: isList && !isCounted ? UNPAGED_ROWS : 1, isPage: false }
}

const hasArgument = (node: FieldNode, names: readonly string[]): boolean =>
  node.arguments?.some((argument) => names.includes(argument.name.value)) === true

/**
 * Adds up the objects the answer can hold. Throws LIMIT_EXCEEDED when they are too many or when a page is smaller
 * than 1 or larger than `limits.pageSize`, naming the field. `values` are coerced variables, defaults included.
 */
export function assertCost(costed: readonly Costed[], values: Readonly<Record<string, unknown>>, limits: Limits): void {
  let total = 0
  function add(nodes: readonly Costed[], rowsAround: number) {
    for (const { name, rows, isPage, children } of nodes) {
      const here = typeof rows === 'number' ? rows : chosen(values[rows.variable], rows.otherwise)
      if (isPage && (here < 1 || here > limits.pageSize)) throw badPage(name, limits.pageSize)
      total += rowsAround * here
      if (total > limits.cost) throw exceeded('cost', limits.cost)
      add(children, rowsAround * here)
    }
  }
  add(costed, 1)
}

const chosen = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise)

const exceeded = (limit: keyof Limits, max: number) =>
  fault(
    'LIMIT_EXCEEDED',
    { zh: `查询超过上限 ${max}（${limit}）。`, en: `The query exceeds the limit of ${max} (${limit}).` },
    { limit, max },
  )

const badPage = (field: string, max: number) =>
  fault(
    'LIMIT_EXCEEDED',
    { zh: `${field} 每页须为 1 至 ${max} 条。`, en: `A page of ${field} must have between 1 and ${max} rows.` },
    { limit: 'pageSize', max, path: `${field}.first` },
  )
