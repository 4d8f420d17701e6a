import type { QueryPlan } from '@graphql-hive/router-query-planner'
import {
  getOperationAST,
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
import type { Logger } from '@yibao/schema/logger'
import type { Ask } from './ask.ts'
import { complete } from './complete.ts'
import { conditionVariables, decided, withDefaults } from './conditions.ts'
import { createFallback } from './fallback.ts'
import { fragmentsOf, type Guarded } from './guard.ts'
import { compilePlan, type Run, type Step } from './plan.ts'
import { createCovered } from './plan-types.ts'
import { compileProjection, type Project } from './projection.ts'
import { meansTheSame } from './same-meaning.ts'
import type { Supergraph } from './supergraph.ts'

/** How one operation is answered; found once per document. */
export type Route =
  /** Introspection, `__typename`, or nothing since all is skipped: no subgraph is needed. */
  | { readonly kind: 'local' }
  /** The whole operation belongs to one subgraph, which gets the client's own document. */
  | { readonly kind: 'direct'; readonly subgraph: string; readonly query: string }
  /** It has a plan; compiled is null when the compiler does not know a part of it. */
  | { readonly kind: 'planned'; readonly compiled: Compiled | null }

interface Compiled {
  readonly step: Step
  readonly project: Project
}

interface Executor {
  route(guarded: Guarded, source: string): Promise<Route>
  compile(plan: QueryPlan, guarded: Guarded): Compiled | null
  /** Executes a planned operation; what was not compiled on the executor of `@graphql-hive/router-runtime`. */
  runPlan(compiled: Compiled | null, guarded: Guarded, caller: Caller): Promise<ExecutionResult>
}

interface ExecutorOptions {
  readonly ask: Ask
  readonly logger: Pick<Logger, 'warn'>
  /** Whether a plan the compiler does not know runs on the executor of `@graphql-hive/router-runtime`; else it fails. */
  readonly fallback?: boolean
}

const NO_LABELS = new Set<string>()

/** Plans with Hive's Rust planner, compiles the plans and runs them. */
export function createExecutor(supergraph: Supergraph, options: ExecutorOptions): Executor {
  const { ask, logger, fallback = true } = options
  const routes = new WeakMap<OperationDefinitionNode, Planned>()
  const runAsItCame = createFallback(supergraph, ask)
  const covered = createCovered(supergraph.full)

  function compile(plan: QueryPlan, { document, operation }: Guarded): Compiled | null {
    try {
      const step = compilePlan(plan, { ask, covered, operation: operation.operation })
      return { step, project: compileProjection(supergraph.api, fragmentsOf(document), operation) }
    } catch (error) {
      if (!fallback) throw error
      logger.warn({ err: error }, 'a plan is not compiled, and runs on the executor it came with')
      return null
    }
  }

  return {
    compile,
    route(guarded, source) {
      const { document, operation } = guarded
      const known = routes.get(operation) ?? { conditions: conditionVariables(document), byValues: new Map() }
      routes.set(operation, known)
      const { conditions, byValues } = known
      const variables = withDefaults(operation, guarded.variables)
      const values = conditions?.map((name) => (variables[name] === true ? '1' : '0')).join('') ?? ''
      const found = byValues.get(values)
      if (found !== undefined) return found
      const hasConditions = conditions !== null && conditions.length > 0
      const asked = hasConditions ? decided(document, variables) : document
      const fresh = findRoute({ supergraph, compile, asked }, guarded, source)
      byValues.set(values, fresh)
      // A planner that failed once may have been short of memory or a thread; a wrong document never gets here.
      fresh.catch(() => byValues.delete(values))
      return fresh
    },
    async runPlan(compiled, guarded, caller) {
      const { document, operation, operationName, variables } = guarded
      if (compiled === null) {
        const operationType = operation.operation
        const request = { document, operationName, operationType, variables, context: { ...caller } }
        const result = await runAsItCame(request)
        const completion = { schema: supergraph.api, operation, fragments: fragmentsOf(document), variables }
        return { ...result, data: complete(result.data, completion) }
      }
      const run: Run = { caller, variables: withDefaults(operation, variables), data: {}, errors: [] }
      await compiled.step(run)
      const data = compiled.project(run.data, run.variables)
      if (data === null && run.errors.length === 0) throw new Error('a plan left out what has to be answered')
      return run.errors.length === 0 ? { data } : { data, errors: run.errors }
    },
  }
}

/** The routes of one operation, by the values of the variables its conditions depend on. */
interface Planned {
  readonly conditions: readonly string[] | null
  readonly byValues: Map<string, Promise<Route>>
}

interface Finding {
  /** The document as its conditions leave it. */
  readonly asked: DocumentNode
  readonly supergraph: Supergraph
  readonly compile: (plan: QueryPlan, guarded: Guarded) => Compiled | null
}

async function findRoute({ supergraph, compile, asked }: Finding, guarded: Guarded, source: string): Promise<Route> {
  const { document, operation, operationName } = guarded
  const pruned = getOperationAST(asked, operationName)
  const roots = rootFields((pruned ?? operation).selectionSet, asked)
  const isIntrospection = roots.has('__schema') || roots.has('__type')
  const isOwn = [...roots].every((name) => name.startsWith('__'))
  if (isOwn) return { kind: 'local' }
  if (isIntrospection) {
    const text = { zh: '自省须单独查询。', en: 'Ask for introspection in an operation of its own.' }
    throw fault('GRAPHQL_VALIDATION_FAILED', text)
  }
  const plan = await supergraph.planner.planAsync(
    asked === document ? source : print(asked),
    operationName,
    NO_LABELS,
    0,
  )
  const { node } = plan
  if (node === undefined || node === null) return { kind: 'local' }
  const planned = (): Route => ({ kind: 'planned', compiled: compile(plan, guarded) })
  if (node.kind !== 'Fetch' || node.inputRewrites?.length || node.outputRewrites?.length) return planned()
  const isAlone = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length === 1
  const own = isAlone ? document : separateOperations(document)[operationName ?? '']
  if (own === undefined) return planned()
  const schema = supergraph.subgraphs.get(node.serviceName)?.()
  if (schema === undefined) return planned()
  if (validate(schema, own).length > 0 || !meansTheSame(own, schema, supergraph.api)) return planned()
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
