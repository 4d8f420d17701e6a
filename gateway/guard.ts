import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import type { Access } from '@yibao/schema/access'
import type { Identity } from '@yibao/schema/identity'
import { checkVariables } from '@yibao/schema/variables'
import { declaredVariables } from './guard-input.ts'
import { assertCost, countSelections, type Costed } from './guard-selections.ts'
import type { Limits } from './limits.ts'

type Raw = Readonly<Record<string, unknown>>

interface GuardOptions {
  schema: GraphQLSchema
  access: Access
  limits: Limits
}

/** One operation as it is about to run. */
export interface Guarded {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly operationName: string | undefined
  readonly variables: Raw
  readonly identity: Identity | null
}

/** The faults of a request; the guard throws them together. */
export class Refused extends Error {
  readonly errors: readonly GraphQLError[]
  constructor(errors: readonly GraphQLError[]) {
    super('refused before execution')
    this.errors = errors
  }
}

/**
 * Everything that is decided before planning: size and shape of the document (once per document), rights, size of the
 * variables, their types, and with their values the cost. Returns the declared variables as the client sent them.
 * Throws a GraphQLError of ours or `Refused`.
 */
export function createGuard({ schema, access, limits }: GuardOptions): (asked: Guarded) => Raw {
  const counted = new WeakMap<OperationDefinitionNode, { costed: Costed[] } | { error: unknown }>()

  function count({ document, operation }: Guarded): { costed: Costed[] } | { error: unknown } {
    try {
      return { costed: countSelections(schema, fragmentsOf(document), operation, limits) }
    } catch (error) {
      return { error }
    }
  }

  return function guard(asked) {
    const { document, operation, operationName, identity } = asked
    const shape = counted.get(operation) ?? count(asked)
    counted.set(operation, shape)
    if ('error' in shape) throw shape.error
    const refusal = access.refusal(document, operationName, identity)
    if (refusal !== null) throw refusal
    const declared = declaredVariables(operation, asked.variables, limits)
    const read = checkVariables(schema, operation, declared)
    if ('faults' in read) throw new Refused(read.faults)
    assertCost(shape.costed, read.values, limits)
    return declared
  }
}

/** The fragments of a document by name. */
export function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node)
  }
  return fragments
}
