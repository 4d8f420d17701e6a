import type { BatchFetchNode, FetchNode, FlattenNode, PlanNode, QueryPlan } from '@graphql-hive/router-query-planner'
import { GraphQLError, type ExecutionResult } from 'graphql'
import type { Caller } from '@yibao/schema/apollo'
import type { Ask } from './ask.ts'
import { Asked, compileRequires, compileWalk, pathOf } from './plan-entities.ts'
import { merge } from './plan-merge.ts'
import { compileRewrites } from './plan-rewrites.ts'
import { isRow, type Covered, type Row } from './plan-types.ts'

/** One operation on its way through its plan. */
export interface Run {
  readonly caller: Caller
  /** As the client sent them, with the defaults of the operation. */
  readonly variables: Row
  readonly data: Row
  readonly errors: GraphQLError[]
}

/** A part of a plan, ready to run; undefined when there was nothing to wait for. */
export type Step = (run: Run) => Promise<void> | undefined

interface Compiler {
  readonly ask: Ask
  readonly covered: Covered
  /** Of a fetch whose node does not say it. */
  readonly operation: 'query' | 'mutation' | 'subscription'
}

/**
 * Makes one function out of a plan. It is done once per document: paths, conditions, keys and rewrites are looked up then,
 * and a run is nothing but asking and merging. Throws on a node it does not know.
 */
export function compilePlan({ node }: QueryPlan, compiler: Compiler): Step {
  return node === undefined ? () => undefined : compileNode(node, compiler)
}

function compileNode(node: PlanNode, compiler: Compiler): Step {
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, compiler)
    case 'BatchFetch':
      return compileBatch(node, compiler)
    case 'Flatten':
      return compileFlatten(node, compiler)
    case 'Sequence':
      return inSequence(node.nodes.map((one) => compileNode(one, compiler)))
    case 'Parallel':
      return inParallel(node.nodes.map((one) => compileNode(one, compiler)))
    case 'Condition': {
      const { condition, ifClause, elseClause } = node
      const [yes, no] = [ifClause, elseClause].map((one) => one && compileNode(one, compiler))
      return (run) => (run.variables[condition] === true ? yes?.(run) : no?.(run))
    }
    case 'Subscription':
    case 'Defer':
      throw new Error(`a plan has a node of kind ${node.kind}, which the graph does not offer`)
  }
}

const inSequence =
  (steps: readonly Step[]): Step =>
  async (run) => {
    for (const step of steps) await step(run)
  }

const inParallel =
  (steps: readonly Step[]): Step =>
  (run) => {
    const pending = steps.map((step) => step(run)).filter((one) => one !== undefined)
    return pending.length === 0 ? undefined : all(pending)
  }

async function all(pending: readonly Promise<void>[]): Promise<void> {
  await Promise.all(pending)
}

/** A fetch of root fields. */
function compileFetch(node: FetchNode, compiler: Compiler): Step {
  const request = compileRequest(node, compiler)
  const rewrite = compileRewrites(node.outputRewrites, compiler.covered)
  return async (run) => {
    const { data, errors } = await request(run)
    if (errors !== undefined) for (const error of errors) run.errors.push(error)
    if (!isRow(data)) return
    rewrite?.(data)
    merge(run.data, data)
  }
}

/** A fetch of entities that stand at one path. */
function compileFlatten({ path, node }: FlattenNode, compiler: Compiler): Step {
  if (node.kind !== 'Fetch' || node.requires === undefined) {
    throw new Error('a plan leads to something that is no fetch of entities')
  }
  const request = compileRequest(node, compiler)
  const gather = compileGather({ paths: [path], requires: node.requires, inputRewrites: node.inputRewrites }, compiler)
  const rewrite = compileRewrites(node.outputRewrites, compiler.covered)
  const at = fieldsOf(path)

  async function fetch(run: Run, asked: Asked): Promise<void> {
    const { data, errors } = await request(run, { representations: asked.representations })
    if (errors !== undefined) relocate(run, errors, { asked: () => asked, at })
    if (!isRow(data)) return
    rewrite?.(data)
    asked.answer(data['_entities'])
  }
  return (run) => {
    const asked = new Asked()
    gather(run, asked)
    return asked.representations.length === 0 ? undefined : fetch(run, asked)
  }
}

/** One fetch of entities of several paths, each under an alias of its own; aliases may share their representations. */
function compileBatch(node: BatchFetchNode, compiler: Compiler): Step {
  const request = compileRequest(node, compiler)
  const aliases = node.entityBatch.aliases.map((one) => ({
    alias: one.alias,
    variable: one.representationsVariableName,
    gather: compileGather(one, compiler),
    rewrite: compileRewrites(one.outputRewrites, compiler.covered),
    at: fieldsOf(one.paths[0] ?? []),
  }))
  const at = aliases[0]?.at ?? []

  async function fetch(run: Run, lists: Row, asked: ReadonlyMap<string, Asked>): Promise<void> {
    const { data, errors } = await request(run, lists)
    if (errors !== undefined) relocate(run, errors, { asked: (alias) => asked.get(alias), at })
    if (!isRow(data)) return
    for (const { alias, rewrite } of aliases) {
      const entities = data[alias]
      // The planner names them as in a fetch of their own, or by the alias.
      rewrite?.({ _entities: entities, [alias]: entities })
      asked.get(alias)?.answer(entities)
    }
  }
  return (run) => {
    const lists = new Map<string, Asked>()
    const asked = new Map<string, Asked>()
    for (const { alias, variable, gather } of aliases) {
      const own = new Asked(lists.get(variable))
      gather(run, own)
      if (!lists.has(variable)) lists.set(variable, own)
      asked.set(alias, own)
    }
    const named = [...lists].map(([name, { representations }]) => [name, representations] as const)
    const isEmpty = named.every(([, representations]) => representations.length === 0)
    return isEmpty ? undefined : fetch(run, Object.fromEntries(named), asked)
  }
}

interface Gathering {
  readonly paths: FlattenNode['path'][]
  readonly requires: NonNullable<FetchNode['requires']>
  readonly inputRewrites?: FetchNode['inputRewrites']
}

function compileGather(
  { paths, requires, inputRewrites }: Gathering,
  { covered }: Compiler,
): (run: Run, asked: Asked) => void {
  const walks = paths.map((path) => compileWalk(path, covered))
  const represent = compileRequires(requires, covered)
  const rewrite = compileRewrites(inputRewrites, covered)
  return ({ data, variables }, asked) => {
    for (const walk of walks) {
      walk(data, (row, place) => {
        const representation = represent(row, variables)
        if (representation === null) return
        rewrite?.(representation)
        asked.add(row, place, representation)
      })
    }
  }
}

type Request = (run: Run, more?: Row) => Promise<ExecutionResult>

function compileRequest(node: FetchNode | BatchFetchNode, { ask, operation }: Compiler): Request {
  const { serviceName, operation: query, operationKind = operation, operationName, variableUsages = [] } = node
  return ({ variables, caller: { identity, traceId } }, more) => {
    const own: Row = { ...more }
    for (const name of variableUsages) if (name in variables) own[name] = variables[name]
    return ask(serviceName, operationKind, { query, operationName, variables: own, identity, traceId })
  }
}

const fieldsOf = (path: FlattenNode['path']): string[] =>
  path.flatMap((segment) => (segment !== '@' && 'Field' in segment ? [segment.Field] : []))

interface Whereabouts {
  /** Those who waited for what stands under this key of the subgraph's answer. */
  readonly asked: (key: string) => Asked | undefined
  /** Where an error stands that is of none of them. */
  readonly at: readonly string[]
}

/** Says of errors of a subgraph where they stand in the client's answer. */
function relocate(run: Run, errors: readonly GraphQLError[], { asked, at }: Whereabouts): void {
  for (const error of errors) {
    const [key, index, ...rest] = error.path ?? []
    const places = typeof key === 'string' && typeof index === 'number' ? (asked(key)?.placesOf(index) ?? []) : []
    if (places.length === 0) run.errors.push(moved(error, at))
    for (const place of places) run.errors.push(moved(error, [...pathOf(place), ...rest]))
  }
}

const moved = ({ message, extensions, originalError }: GraphQLError, path: readonly (string | number)[]) =>
  new GraphQLError(message, { path, extensions, ...(originalError && { originalError }) })
