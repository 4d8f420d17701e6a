import { ApolloServer, HeaderMap, type ApolloServerOptions, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import type { DocumentNode, ExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql'
import { faultCode, internalFault } from './fault.ts'
import type { Identity } from './identity.ts'
import type { Logger } from './logger.ts'

/** What travels with one request through Apollo Server. */
export interface Caller {
  readonly identity: Identity | null
  readonly traceId: string
  /** True for clients that only know `application/json`: errors of the document itself then come with status 200. */
  readonly isLegacy?: boolean
}

/** One operation that Apollo Server has parsed and validated. */
export interface Asked {
  readonly document: DocumentNode
  readonly source: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly caller: Caller
}

interface ApolloOptions {
  schema: GraphQLSchema
  execute: (asked: Asked) => Promise<ExecutionResult>
  logger: Logger
  plugins?: ApolloServerPlugin<Caller>[]
  documentStore?: ApolloServerOptions<Caller>['documentStore']
}

/**
 * Apollo Server as the outer layer of the gateway and of every subgraph that stands alone. The executor comes in
 * through its public `gateway` option. The plugins left out cost a quarter of a small request, and inline tracing
 * would hand timings of every field to any caller.
 */
export async function createApollo(options: ApolloOptions): Promise<ApolloServer<Caller>> {
  const { schema, execute, logger, plugins = [], documentStore } = options
  const gateway: NonNullable<ApolloServerOptions<Caller>['gateway']> = {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' })
      return () => {}
    },
    load: () =>
      Promise.resolve({
        executor: ({ document, source, operationName, request, context }) =>
          execute({
            document,
            source,
            operationName: operationName ?? undefined,
            variables: request.variables ?? {},
            caller: context as Caller,
          }),
      }),
    stop: () => Promise.resolve(),
  }
  const server = new ApolloServer<Caller>({
    gateway,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ...plugins,
    ],
    nodeEnv: 'production',
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    // The edges in front take only POST with application/json, which a browser never sends without a preflight.
    csrfPrevention: false,
    introspection: true,
    persistedQueries: false,
    formatError: (formatted, error) => onlyOurs(formatted, error, logger),
    logger: apolloLogger(logger),
    ...(documentStore === undefined ? {} : { documentStore }),
  })
  await server.start()
  return server
}

/** The last gate: what is not on the closed list of codes leaves masked, whatever layer it came from. */
function onlyOurs(formatted: GraphQLFormattedError, error: unknown, logger: Logger): GraphQLFormattedError {
  if (faultCode(error) !== null) return formatted
  logger.error({ err: error }, 'masked error of the outer layer')
  const { message, extensions } = internalFault('unknown')
  return { message, extensions }
}

function apolloLogger(logger: Logger) {
  const at = (level: 'info' | 'warn' | 'error') => (message: unknown) =>
    logger[level]({ from: 'apollo' }, String(message))
  return { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') }
}

/** Lets Apollo Server answer one checked body; the answer is JSON text and the status it would send. */
export async function answerWith(
  server: ApolloServer<Caller>,
  body: object,
  caller: Caller,
): Promise<{ status: number; body: string }> {
  const answer = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: 'POST', headers: HEADERS, search: '', body },
    context: () => Promise.resolve(caller),
  })
  if (answer.body.kind !== 'complete') throw new Error('incremental delivery is not part of the schema')
  return { status: answer.status ?? 200, body: answer.body.string }
}

/** The edge in front has already decided on content types; Apollo Server only needs to agree. */
const HEADERS = new HeaderMap([
  ['content-type', 'application/json'],
  ['accept', 'application/json'],
])
