import type { RequestListener, Server } from 'node:http'
import { answerWith, createApollo } from '@yibao/schema/apollo'
import { createHttpServer, drain, listen } from '@yibao/schema/http'
import type { Logger } from '@yibao/schema/logger'
import type { Transport } from '@yibao/schema/subgraph'
import { createDocuments } from './documents.ts'
import { createEdge, type Routes } from './edge.ts'
import { EXCHANGE, exchangeRoute } from './exchange.ts'
import { createExecute } from './execute.ts'
import { createFiles } from './files.ts'
import { LIMITS, type Limits } from './limits.ts'
import { receiptKeysRoute, RECEIPTS } from './receipt-keys.ts'
import type { SignIn } from './sign-in.ts'
import { statusPlugin } from './status.ts'
import { readSupergraph } from './supergraph.ts'

interface GatewayOptions {
  /** The subgraphs, each in this process (`createSubgraph`) or elsewhere (`remote`). One may be missing or down. */
  transports: readonly Transport[]
  supergraphSdl: string
  signIn: SignIn
  /** Whether clients may ask for the schema. */
  introspection: boolean
  logger: Logger
  limits?: Partial<Limits>
  /** Further paths, such as the embedded issuer's. */
  routes?: Routes
  /** Web pages of these origins may read answers; none unless given. */
  origins?: readonly string[]
}

export interface Gateway {
  readonly server: Server
  /** The request listener behind `server`, for use under another server. */
  readonly handle: RequestListener
  /** Accepts requests; resolves with the port. Binds to loopback unless told otherwise. */
  listen(address: { port: number; host?: string }): Promise<number>
  /** Answers "not ready", finishes what runs (at most 10 s), then closes everything, the transports included. */
  close(): Promise<void>
}

const KEEP_ALIVE_MS = 30_000
const GRACE_MS = 10_000

/**
 * One endpoint out of the subgraphs. Throws when the supergraph has a public field without an authorisation rule;
 * never because a subgraph is down.
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { transports, signIn, introspection, logger, routes = {}, origins = [] } = options
  const limits: Limits = { ...LIMITS, ...options.limits }
  const supergraph = readSupergraph(options.supergraphSdl)
  for (const name of supergraph.subgraphs.keys()) {
    if (!transports.some((transport) => transport.name === name)) {
      logger.warn({ subgraph: name }, 'no transport for this subgraph, its fields will be unavailable')
    }
  }
  for (const { name } of transports) {
    if (!supergraph.subgraphs.has(name)) logger.warn({ subgraph: name }, 'not part of the supergraph, never asked')
  }
  const documents = createDocuments({
    schema: supergraph.api,
    limits,
    introspection,
    closedRoots: supergraph.closedRoots,
  })
  const execute = await createExecute({ supergraph, transports, limits, logger })
  const apollo = await createApollo({
    schema: supergraph.api,
    execute,
    logger,
    plugins: [statusPlugin],
    documentStore: documents.store,
  })
  let isReady = true
  const handle = createEdge({
    signIn,
    documents,
    limits,
    logger,
    files: createFiles({ signIn, transports, logger }),
    routes: { ...routes, [RECEIPTS]: receiptKeysRoute(transports), [EXCHANGE]: exchangeRoute(transports, logger) },
    origins,
    isReady: () => isReady,
    answer: (parameters, caller) => answerWith(apollo, parameters, caller),
  })
  const server = createHttpServer(handle, KEEP_ALIVE_MS)

  return {
    server,
    handle,
    listen: ({ port, host = '127.0.0.1' }) => listen(server, { port, host }),
    async close() {
      isReady = false
      await drain(server, GRACE_MS)
      await apollo.stop()
      await Promise.all(transports.map(async (transport) => transport.close?.()))
    },
  }
}
