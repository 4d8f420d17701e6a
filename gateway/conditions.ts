import {
  Kind,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { Row } from './plan-types.ts'

/** Variables of conditions, so sixteen plans of one operation at most; with more it is planned with its conditions in it. */
const CONDITIONS_MAX = 4

const isCondition = ({ name }: DirectiveNode) => name.value === 'skip' || name.value === 'include'

/** The variables a document's conditions depend on; null when they are too many to plan each combination. */
export function conditionVariables(document: DocumentNode): readonly string[] | null {
  const names = new Set<string>()
  visit(document, {
    Directive(node) {
      const value = node.arguments?.[0]?.value
      if (isCondition(node) && value?.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return names.size > CONDITIONS_MAX ? null : [...names]
}

/** What the client sent, with the defaults of the operation where it sent nothing: conditions are decided before planning. */
export function withDefaults({ variableDefinitions = [] }: OperationDefinitionNode, variables: Readonly<Row>): Row {
  const missing = variableDefinitions.flatMap(({ variable: { name }, defaultValue }) =>
    defaultValue?.kind === Kind.BOOLEAN && !(name.value in variables) ? [[name.value, defaultValue.value]] : [],
  )
  return missing.length === 0 ? variables : { ...variables, ...Object.fromEntries(missing) }
}

/**
 * A document as its conditions leave it. The planner loses fields that are asked both under a condition and without one
 * (seen with 0.0.38), so it gets documents that have none. An object of which nothing is left is asked for its type.
 */
export function decided(document: DocumentNode, variables: Readonly<Row>): DocumentNode {
  const holds = ({ name, arguments: [argument] = [] }: DirectiveNode): boolean => {
    const value = argument?.value
    const is =
      value?.kind === Kind.VARIABLE ? variables[value.name.value] === true : value?.kind === Kind.BOOLEAN && value.value
    return is === (name.value === 'include')
  }
  const left = (node: SelectionNode) => (node.directives ?? []).filter(isCondition).every(holds)
  return visit(document, {
    SelectionSet(node: SelectionSetNode) {
      const selections = node.selections.filter(left)
      return { ...node, selections: selections.length === 0 ? [TYPENAME] : selections }
    },
    Directive: (node) => (isCondition(node) ? null : undefined),
  })
}

const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
