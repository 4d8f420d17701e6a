import { printSubgraphSchema } from '@apollo/subgraph'
import {
  BREAK,
  getOperationAST,
  GraphQLError,
  parse,
  validate,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit'
import { LRUCache } from 'lru-cache'
import { createAccess } from './access.ts'
import { assertCovered } from './access-rules.ts'
import { fault, faultCode, internalFault } from './fault.ts'
import type { FileHandler } from './files.ts'
import type { Identity } from './identity.ts'
import type { InternalHandler } from './internal.ts'
import type { Logger } from './logger.ts'
import { checkVariables } from './variables.ts'

/** One operation for one subgraph, as the gateway (or an HTTP edge of the subgraph) hands it over. */
export interface SubgraphRequest {
  /** Source text; the key of the compiled-operation cache. */
  readonly query: string
  readonly operationName?: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  /** Verified by the gateway and frozen; null when nobody signed in. */
  readonly identity: Identity | null
  /** One id for the whole client request, for logs and the access log. */
  readonly traceId: string
}

/** A subgraph that can be asked, in this process or over HTTP; the gateway sees no difference. */
export interface Transport {
  readonly name: string
  /** Rejects only when the subgraph cannot be reached; everything else is in the result's errors. */
  execute(request: SubgraphRequest): Promise<ExecutionResult>
  /** Answers what is asked below `/files`; only the subgraph that keeps them has it. */
  readonly files?: FileHandler
  /** Answers what lies beyond the graph, for a subgraph that is asked such a thing. */
  readonly internal?: InternalHandler
  close?(): Promise<void>
}

export interface Subgraph extends Transport {
  readonly schema: GraphQLSchema
  /** The SDL this subgraph contributes to the supergraph. */
  readonly sdl: string
}

interface SubgraphOptions<Context extends object> {
  name: string
  schema: GraphQLSchema
  /** Makes the context of one operation: identity, clock, loaders, connections. */
  context: (request: SubgraphRequest) => Context
  /** Runs after execution and before the answer leaves, for instance to write the access log. A failure fails the request. */
  beforeAnswer?: (context: Context) => Promise<void>
  /** Uploads and downloads, for the subgraph that keeps files. */
  files?: FileHandler | undefined
  /** What others of this platform ask beyond the graph. */
  internal?: InternalHandler | undefined
  /** Told of every error that clients do not get to see. */
  logger?: Logger
}

interface Prepared {
  document: DocumentNode
  operation: OperationDefinitionNode
  compiled: CompiledQuery
}

/** Compiling costs about 2 ms and keeps code in memory, so both the number and the characters are bounded. */
const COMPILED_MAX = 1_000
const COMPILED_CHARACTERS_MAX = 2 * 1024 * 1024

/**
 * The one way to start a subgraph. Each operation is parsed, validated and compiled once; rights are checked for every
 * execution against the subgraph's own SDL, whatever the gateway did before; errors that are not ours are masked.
 * Throws when a field of the schema has neither a rule nor the public tag.
 */
export function createSubgraph<Context extends object>(options: SubgraphOptions<Context>): Subgraph {
  const { name, schema, context, beforeAnswer, files, internal, logger } = options
  const sdl = printSubgraphSchema(schema)
  assertCovered(sdl)
  const access = createAccess(sdl, schema)
  const prepared = new LRUCache<string, Prepared | ExecutionResult>({
    max: COMPILED_MAX,
    maxSize: COMPILED_CHARACTERS_MAX,
  })

  function prepare({ query, operationName }: SubgraphRequest): Prepared | ExecutionResult {
    const key = `${operationName ?? ''}\n${query}`
    const known = prepared.get(key)
    if (known !== undefined) return known
    const fresh = compile(schema, query, operationName)
    prepared.set(key, fresh, { size: key.length })
    return fresh
  }

  async function run(request: SubgraphRequest): Promise<ExecutionResult> {
    const ready = prepare(request)
    if (!('compiled' in ready)) return ready
    const refusal = access.refusal(ready.document, request.operationName, request.identity)
    if (refusal !== null) return { errors: [refusal] }
    const value = context(request)
    const result = await ready.compiled.query({}, value, request.variables)
    if (beforeAnswer !== undefined) await beforeAnswer(value)
    if (result.errors === undefined) return result
    // graphql-jit answers without data when a variable does not fit, and loses the path of it.
    if (result.data === undefined) return badVariables(schema, ready.operation, request, result)
    return result
  }

  async function execute(request: SubgraphRequest): Promise<ExecutionResult> {
    const log = (error: unknown) =>
      logger?.error({ subgraph: name, traceId: request.traceId, err: error }, 'masked error')
    try {
      const result = await run(request)
      if (result.errors === undefined) return result
      return { ...result, errors: result.errors.map((error) => mask(error, request.traceId, log)) }
    } catch (error) {
      log(error)
      return { errors: [internalFault(request.traceId)] }
    }
  }

  return { name, schema, sdl, execute, ...(files && { files }), ...(internal && { internal }) }
}

/** Only the gateway asks, and it asks neither for SDL nor for introspection: it answers that itself. */
const CLOSED = new Set(['_service', '__schema', '__type'])

function compile(schema: GraphQLSchema, query: string, operationName: string | undefined): Prepared | ExecutionResult {
  let document: DocumentNode
  try {
    document = parse(query)
  } catch {
    return { errors: [fault('GRAPHQL_PARSE_FAILED', { zh: '查询语法错误。', en: 'The document is not GraphQL.' })] }
  }
  const text = { zh: '查询与子图的架构不符。', en: 'The document does not fit the schema of the subgraph.' }
  if (validate(schema, document).length > 0) return { errors: [fault('GRAPHQL_VALIDATION_FAILED', text)] }
  const operation = getOperationAST(document, operationName)
  const compiled = operation ? compileQuery(schema, document, operationName, {}) : null
  if (!operation || compiled === null || !isCompiledQuery(compiled)) {
    return { errors: [fault('OPERATION_RESOLUTION_FAILURE', { zh: '找不到该操作。', en: 'No such operation.' })] }
  }
  if (touchesClosed(document)) {
    return { errors: [fault('FORBIDDEN', { zh: '子图不回答自省。', en: 'A subgraph does not answer introspection.' })] }
  }
  return { document, operation, compiled }
}

function touchesClosed(document: DocumentNode): boolean {
  let touches = false
  visit(document, {
    Field(node) {
      if (!CLOSED.has(node.name.value)) return
      touches = true
      return BREAK
    },
  })
  return touches
}

function badVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  request: SubgraphRequest,
  result: ExecutionResult,
): ExecutionResult {
  const read = checkVariables(schema, operation, request.variables)
  return 'faults' in read ? { errors: read.faults } : result
}

/** Keeps an error made by `fault()`, wherever it was thrown; anything else becomes an internal error with the trace id. */
function mask(error: GraphQLError, traceId: string, log: (error: unknown) => void): GraphQLError {
  const { path, originalError } = error
  const ours = faultCode(error) !== null ? error : faultCode(originalError) !== null ? originalError : null
  if (ours === null) log(originalError ?? error)
  const shown = ours instanceof GraphQLError ? ours : internalFault(traceId)
  return path === undefined
    ? shown
    : new GraphQLError(shown.message, { path: [...path], extensions: { ...shown.extensions } })
}
