import { unifiedGraphHandler } from '@graphql-hive/router-runtime'
import {
  Kind,
  print,
  separateOperations,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { Caller } from '@yibao/schema/apollo'
import { fault } from '@yibao/schema/fault'
import type { Ask } from './ask.ts'
import { fragmentsOf, type Guarded } from './guard.ts'
import type { Supergraph } from './supergraph.ts'

/** How one operation is answered; found once per document. */
export type Route =
  /** Introspection, `__typename`, or nothing since all is skipped: no subgraph is needed. */
  | { readonly kind: 'local' }
  /** The whole operation belongs to one subgraph, which gets the client's own document. */
  | { readonly kind: 'direct'; readonly subgraph: string; readonly query: string }
  | { readonly kind: 'planned' }

/** Executes a planned operation over several subgraphs. */
export type RunPlan = (guarded: Guarded, caller: Caller) => Promise<ExecutionResult>

interface Executor {
  route(guarded: Guarded, source: string): Promise<Route>
  runPlan: RunPlan
}

const NO_LABELS = new Set<string>()

/** Plans with Hive's Rust planner, runs plans of several fetches on the executor of `@graphql-hive/router-runtime`. */
export async function createExecutor(supergraph: Supergraph, ask: Ask): Promise<Executor> {
  const handler = await unifiedGraphHandler({
    unifiedGraph: supergraph.full,
    getUnifiedGraphSDL: () => supergraph.sdl,
    onSubgraphExecute: (subgraph, request) => {
      const { identity, traceId } = request.context as Caller
      return ask(subgraph, request.operationType ?? 'query', {
        query: printed(request.document),
        operationName: request.operationName,
        variables: (request.variables ?? {}) as Record<string, unknown>,
        identity,
        traceId,
      }) as never
    },
  })
  const routes = new WeakMap<OperationDefinitionNode, Promise<Route>>()
  const { executor } = handler
  if (executor === undefined) throw new Error('router-runtime gave no executor')

  return {
    route(guarded, source) {
      const known = routes.get(guarded.operation)
      if (known !== undefined) return known
      const fresh = findRoute(supergraph, (name) => handler.getSubgraphSchema(name), guarded, source)
      routes.set(guarded.operation, fresh)
      // A planner that failed once may have been short of memory or a thread; a wrong document never gets here.
      fresh.catch(() => routes.delete(guarded.operation))
      return fresh
    },
    async runPlan({ document, operation, operationName, variables }, caller) {
      const request = { document, operationName, operationType: operation.operation, variables, context: { ...caller } }
      return (await executor(request as Parameters<typeof executor>[0])) as ExecutionResult
    },
  }
}

async function findRoute(
  { planner }: Supergraph,
  schemaOf: (subgraph: string) => Parameters<typeof validate>[0],
  { document, operation, operationName }: Guarded,
  source: string,
): Promise<Route> {
  const roots = rootFields(operation.selectionSet, document)
  const isIntrospection = roots.has('__schema') || roots.has('__type')
  const isOwn = [...roots].every((name) => name.startsWith('__'))
  if (isOwn) return { kind: 'local' }
  if (isIntrospection) {
    const text = { zh: '自省须单独查询。', en: 'Ask for introspection in an operation of its own.' }
    throw fault('GRAPHQL_VALIDATION_FAILED', text)
  }
  const { node } = await planner.planAsync(source, operationName, NO_LABELS, 0)
  if (node === undefined || node === null) return { kind: 'local' }
  if (node.kind !== 'Fetch' || node.inputRewrites?.length || node.outputRewrites?.length) return { kind: 'planned' }
  const isAlone = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length === 1
  const own = isAlone ? document : separateOperations(document)[operationName ?? '']
  if (own === undefined || validate(schemaOf(node.serviceName), own).length > 0) return { kind: 'planned' }
  return { kind: 'direct', subgraph: node.serviceName, query: isAlone ? source : print(own) }
}

/** Names of the root fields that can be asked for, whatever the variables. */
function rootFields(set: SelectionSetNode, document: DocumentNode): Set<string> {
  const fragments = fragmentsOf(document)
  const names = new Set<string>()
  const walk = ({ selections }: SelectionSetNode) => {
    for (const node of selections) {
      if (isNeverAsked(node)) continue
      if (node.kind === Kind.FIELD) names.add(node.name.value)
      else {
        const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : node
        if (fragment !== undefined) walk(fragment.selectionSet)
      }
    }
  }
  walk(set)
  return names
}

/** Left out by a literal condition; the planner fails on an operation of which nothing is left. */
const isNeverAsked = ({ directives }: SelectionNode): boolean =>
  directives?.some(({ name, arguments: [condition] = [] }) => {
    const isTrue = condition?.value.kind === Kind.BOOLEAN ? condition.value.value : null
    return (name.value === 'skip' && isTrue === true) || (name.value === 'include' && isTrue === false)
  }) === true

/** The executor keeps one document node per fetch of a plan, so its text is printed once. */
const texts = new WeakMap<DocumentNode, string>()
function printed(document: DocumentNode): string {
  const known = texts.get(document)
  if (known !== undefined) return known
  const fresh = print(document)
  texts.set(document, fresh)
  return fresh
}
