import { createServer } from 'node:http'
import { ApolloGateway } from '@apollo/gateway'
import { ApolloServer, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { startStandaloneServer } from '@apollo/server/standalone'
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime'
import { unifiedGraphHandler } from '@graphql-hive/router-runtime'
import httpTransport from '@graphql-mesh/transport-http'
import { createAsk } from '@yibao/gateway/ask'
import { createDocuments, operationOf } from '@yibao/gateway/documents'
import { createGateway } from '@yibao/gateway/gateway'
import { LIMITS } from '@yibao/gateway/limits'
import { remote } from '@yibao/gateway/remote'
import { createExecutor } from '@yibao/gateway/routes'
import { createSignIn } from '@yibao/gateway/sign-in'
import { readSupergraph } from '@yibao/gateway/supergraph'
import { answerWith, createApollo } from '@yibao/schema/apollo'
import { listen, readBody } from '@yibao/schema/http'
import type { Keys } from '@yibao/schema/keys'
import type { Logger } from '@yibao/schema/logger'
import { connectTo } from '@yibao/schema/remote-internal'
import type { SubgraphRequest, Transport } from '@yibao/schema/subgraph'
import { openJson } from './doors.ts'
import { remembering } from './remembering.ts'

export type Make = 'apollo' | 'apolloLean' | 'hive' | 'yibao' | 'yibaoChecked' | 'yibaoRemote' | 'yibaoRemoteChecked'

export interface PeerOptions {
  readonly make: Make
  /** Whose tokens are taken, where any are: `http://127.0.0.1:4000`. */
  readonly platform: string
  readonly dataDir: string
  /** Where each subgraph is asked. */
  readonly subgraphs: Readonly<Record<string, string>>
}

export interface PeerReady {
  readonly url: string
}

interface Starting extends PeerOptions {
  /** The supergraph with those addresses in it. */
  readonly sdl: string
  readonly keys: Keys
  readonly logger: Logger
}

const BODY_MAX = 2 ** 20
const HEADERS = new HeaderMap([['content-type', 'application/json']])
const graphqlOf = (port: number) => `http://127.0.0.1:${port}/graphql`
const bodyOf = async (request: Parameters<typeof readBody>[0]) =>
  JSON.parse(await readBody(request, BODY_MAX)) as object

/** It refuses to start with a supergraph that has rules of access in it, so these are only declared. */
const gatewayOf = (sdl: string) => new ApolloGateway({ supergraphSdl: sdl.replace(', for: SECURITY)', ')') })

/** Apollo Gateway as its documentation starts it. */
async function apollo({ sdl }: Starting): Promise<string> {
  const server = new ApolloServer({ gateway: gatewayOf(sdl), nodeEnv: 'production' })
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } })
  return `${url}graphql`
}

/** Apollo Gateway in the frame ours has: without the plugins it goes without, and on bare HTTP. */
async function apolloLean({ sdl }: Starting): Promise<string> {
  const server = new ApolloServer({
    gateway: gatewayOf(sdl),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    nodeEnv: 'production',
    csrfPrevention: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
  })
  await server.start()
  const port = await openJson(async (request) => {
    const httpGraphQLRequest = { method: 'POST', headers: HEADERS, search: '', body: await bodyOf(request) }
    const { body } = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest,
      context: () => Promise.resolve({}),
    })
    if (body.kind !== 'complete') throw new Error('the answer comes in parts')
    return body.string
  })
  return graphqlOf(port)
}

/** Hive Gateway with its planner in Rust, the faster one of its two. */
async function hive({ sdl }: Starting): Promise<string> {
  const gateway = createGatewayRuntime({
    supergraph: sdl,
    unifiedGraphHandler,
    transports: { http: httpTransport },
    logging: false,
    landingPage: false,
    graphiql: false,
    productName: 'bench',
  })
  const server = createServer((request, response) => void gateway(request, response))
  return graphqlOf(await listen(server, { port: 0, host: '127.0.0.1' }))
}

/** A subgraph over HTTP that asks for no token. */
function plain([name, url]: [string, string]): Transport {
  const { origin, pathname: path } = new URL(url)
  const pool = connectTo(origin)
  return {
    name,
    async execute({ query, operationName, variables }: SubgraphRequest) {
      const body = JSON.stringify({ query, operationName, variables })
      const answer = await pool.request({ path, method: 'POST', headers: { 'content-type': 'application/json' }, body })
      return JSON.parse(await answer.body.text())
    },
    close: () => pool.close(),
  }
}

/** Where ours has its subgraphs: over HTTP as the others, or in its own process, as `npm start` has them. */
type Reached = (transport: Transport) => Transport

const overHttp: Reached = (transport) => transport
const inProcess: Reached = remembering

/** Ours without token, guard, limits and internal tokens: what parses, plans, asks and merges, in the same frame. */
const yibao =
  (reached: Reached) =>
  async ({ sdl, subgraphs, logger }: Starting): Promise<string> => {
    const supergraph = readSupergraph(sdl)
    const documents = createDocuments({
      schema: supergraph.api,
      limits: LIMITS,
      introspection: false,
      closedRoots: supergraph.closedRoots,
    })
    const transports = Object.entries(subgraphs).map((one) => reached(plain(one)))
    const ask = createAsk(transports, logger)
    const executor = createExecutor(supergraph, { ask, logger, fallback: false })
    const server = await createApollo({
      schema: supergraph.api,
      logger,
      documentStore: documents.store,
      async execute({ document, source, operationName, variables, caller }) {
        const operation = operationOf(document, operationName)
        const guarded = { document, operation, operationName, variables, identity: null }
        const way = await executor.route(guarded, source)
        if (way.kind === 'local') throw new Error('no subgraph is asked')
        if (way.kind === 'planned') return executor.runPlan(way.compiled, guarded, caller)
        return ask(way.subgraph, operation.operation, { query: way.query, operationName, variables, ...caller })
      },
    })
    const port = await openJson(async (request) => {
      const body = await bodyOf(request)
      documents.read(String((body as { query?: string }).query), false)
      return (await answerWith(server, body, { identity: null, traceId: 'bench' })).body
    })
    return graphqlOf(port)
  }

/** Ours as it is shipped: token, limits, guard, rights; over HTTP a token of its own for each request to a subgraph. */
const yibaoChecked =
  (reached: Reached) =>
  async ({ sdl, subgraphs, platform, keys, logger }: Starting): Promise<string> => {
    const endpoint = `${platform}/graphql`
    const key = keys.internal.privateKey
    const gateway = await createGateway({
      transports: Object.entries(subgraphs).map(([name, url]) =>
        reached(remote({ name, url: new URL(url).origin, key })),
      ),
      supergraphSdl: sdl,
      signIn: createSignIn({ issuer: `${platform}/oidc`, audience: endpoint, endpoint }),
      introspection: false,
      logger,
    })
    return graphqlOf(await gateway.listen({ port: 0 }))
  }

export const PEERS: Readonly<Record<Make, (starting: Starting) => Promise<string>>> = {
  apollo,
  apolloLean,
  hive,
  yibao: yibao(inProcess),
  yibaoChecked: yibaoChecked(inProcess),
  yibaoRemote: yibao(overHttp),
  yibaoRemoteChecked: yibaoChecked(overHttp),
}
