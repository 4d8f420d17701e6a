import {
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  Kind,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { createCovered, isRow, type Row } from './plan-types.ts'

/** Makes the client's answer of merged data; null when nothing of it may be shown. */
export type Project = (data: Row, variables: Row) => Row | null

interface Scope {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly isCovered: (condition: string, name: string) => boolean
}

/** When a selection is answered: a variable and the value it has to have. */
interface Condition {
  readonly variable: string
  readonly is: boolean
}

/** A set of fields asked of one object, and when; one field may be asked in several places. */
interface Asked {
  readonly set: SelectionSetNode
  readonly when: readonly Condition[]
}

interface Field {
  readonly key: string
  /** Each is a way to be asked; null: it always is. */
  readonly when: readonly (readonly Condition[])[] | null
  readonly value: (row: Row, variables: Row) => unknown
  readonly isRequired: boolean
}

/**
 * Compiles what an operation selects, by the schema clients see. The answer has the selected fields in their order and nothing
 * else, whatever was fetched for keys. What clients may not see (a type, a value of an enum) is null; a null where none may be
 * takes the object around it, up to the next nullable place, as a single server would do.
 */
export function compileProjection(
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  operation: OperationDefinitionNode,
): Project {
  const root = schema.getRootType(operation.operation)
  if (!root) throw new Error(`the graph has no ${operation.operation}`)
  const covered = createCovered(schema)
  const known = new Map<string, ReadonlySet<string>>()
  const isCovered = (condition: string, name: string) => {
    const names = known.get(condition) ?? covered([condition])
    known.set(condition, names)
    return names.has(name)
  }
  const scope: Scope = { schema, fragments, isCovered }
  return objectOf(root, [{ set: operation.selectionSet, when: [] }], scope)
}

type ObjectOf = (row: Row, variables: Row) => Row | null

/** Fields are compiled for each type that comes along, the first time it does. */
function objectOf(type: GraphQLCompositeType, asked: readonly Asked[], scope: Scope): ObjectOf {
  const shapes = new Map<string, readonly Field[] | null>()
  return (row, variables) => {
    const { __typename: said } = row
    const name = typeof said === 'string' ? said : type.name
    let fields = shapes.get(name)
    if (fields === undefined) {
      fields = compileFields(name, asked, scope)
      shapes.set(name, fields)
    }
    return fields === null ? null : answer(row, variables, fields)
  }
}

function answer(row: Row, variables: Row, fields: readonly Field[]): Row | null {
  const own: Row = {}
  for (const { key, when, value, isRequired } of fields) {
    if (when !== null && !when.some((all) => all.every(({ variable, is }) => (variables[variable] === true) === is)))
      continue
    const one = value(row, variables)
    if (one === null && isRequired) return null
    own[key] = one
  }
  return own
}

/** The fields of one type; null when clients do not know it. */
function compileFields(typeName: string, asked: readonly Asked[], scope: Scope): readonly Field[] | null {
  const type = scope.schema.getType(typeName)
  if (!isCompositeType(type)) return null
  const found = new Map<string, { readonly name: string; readonly asked: Asked[]; readonly when: Condition[][] }>()
  const walk = (selections: readonly SelectionNode[], outer: readonly Condition[]) => {
    for (const node of selections) {
      const own = conditionsOf(node)
      if (own === null) continue
      const when = [...outer, ...own]
      if (node.kind === Kind.FIELD) {
        const { name, alias = name, selectionSet: set } = node
        const field = found.get(alias.value) ?? { name: name.value, asked: [], when: [] }
        field.when.push(when)
        if (set !== undefined) field.asked.push({ set, when })
        found.set(alias.value, field)
        continue
      }
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? scope.fragments.get(node.name.value) : node
      const condition = fragment?.typeCondition?.name.value
      if (fragment === undefined) continue
      if (condition === undefined || scope.isCovered(condition, typeName)) walk(fragment.selectionSet.selections, when)
    }
  }
  for (const { set, when } of asked) walk(set.selections, when)
  return [...found].flatMap(([key, { name, asked: inner, when }]) => {
    const isAlways = when.some((one) => one.length === 0)
    const field = fieldOf(type, { key, name }, inner, scope)
    return field === null ? [] : [{ ...field, key, when: isAlways ? null : when }]
  })
}

/** What has to hold for a selection; null when it never does. */
function conditionsOf({ directives = [] }: SelectionNode): Condition[] | null {
  const conditions: Condition[] = []
  for (const { name, arguments: [argument] = [] } of directives) {
    if (name.value !== 'skip' && name.value !== 'include') continue
    const is = name.value === 'include'
    if (argument?.value.kind === Kind.VARIABLE) conditions.push({ variable: argument.value.name.value, is })
    else if (argument?.value.kind === Kind.BOOLEAN && argument.value.value !== is) return null
  }
  return conditions
}

type Value = Field['value']

function fieldOf(
  type: GraphQLCompositeType,
  { key, name }: { readonly key: string; readonly name: string },
  asked: readonly Asked[],
  scope: Scope,
): Pick<Field, 'value' | 'isRequired'> | null {
  if (name === '__typename') return { value: typenameOf(type, key), isRequired: true }
  const field = 'getFields' in type ? type.getFields()[name] : undefined
  if (field === undefined) return null
  const { type: output } = field
  const shown = shownAs(output, asked, scope)
  return { value: (row, variables) => shown(row[key], variables), isRequired: isNonNullType(output) }
}

const typenameOf =
  (type: GraphQLCompositeType, key: string): Value =>
  ({ __typename: said, [key]: aliased }) => {
    if (typeof said === 'string') return said
    return typeof aliased === 'string' ? aliased : type.name
  }

type Shown = (value: unknown, variables: Row) => unknown

/** A value as clients see it, null for what they may not. */
function shownAs(type: GraphQLOutputType, asked: readonly Asked[], scope: Scope): Shown {
  if (isNonNullType(type)) return shownAs(type.ofType, asked, scope)
  if (isListType(type)) {
    const item = shownAs(type.ofType, asked, scope)
    const isRequired = isNonNullType(type.ofType)
    return (value, variables) => {
      if (!Array.isArray(value)) return null
      const items: unknown[] = []
      for (const one of value) {
        const own = item(one, variables)
        if (own === null && isRequired) return null
        items.push(own)
      }
      return items
    }
  }
  if (isCompositeType(type)) {
    const object = objectOf(type, asked, scope)
    return (value, variables) => (isRow(value) ? object(value, variables) : null)
  }
  if (isEnumType(type)) {
    const names = new Set(type.getValues().map((one) => one.name))
    return (value) => (typeof value === 'string' && names.has(value) ? value : null)
  }
  return (value) => value ?? null
}
