import type { KeyObject } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { GraphQLError } from 'graphql'
import { answerWith, createApollo } from './apollo.ts'
import { fault, FAULTS, faultCode, internalFault } from './fault.ts'
import { fileRequestText, isFilePath } from './files.ts'
import { createHttpServer, drain, listen, readBody, send } from './http.ts'
import { InternalTokenRefused, verifyInternal } from './internal-token.ts'
import { INTERNAL, internalText } from './internal.ts'
import type { Logger } from './logger.ts'
import type { Subgraph } from './subgraph.ts'

interface ServeOptions {
  subgraph: Subgraph
  /** Public half of the gateway's internal key; requests without its token are refused. */
  key: KeyObject
  /** Public half of the key other subgraphs of the platform ask with: what lies beyond the graph, and nothing else. */
  peerKey?: KeyObject | undefined
  logger: Logger
  /** True when the subgraph can do its work, for instance its database answers. */
  ready?: () => Promise<boolean>
}

/** A subgraph standing alone over HTTP. */
export interface Served {
  readonly server: Server
  /** Accepts requests; resolves with the port. Binds to loopback unless told otherwise. */
  listen(address: { port: number; host?: string }): Promise<number>
  /** Stops accepting, finishes what runs (at most 10 s), then lets go. */
  close(): Promise<void>
}

/** The gateway has limited bodies already; this only keeps a mistake from filling the memory. */
const BODY_MAX = 16 * 1024 * 1024
/** Longer than the gateway keeps an idle connection, so that it is never this side that closes under a request. */
const KEEP_ALIVE_MS = 65_000
const GRACE_MS = 10_000
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }

/** Serves a subgraph to the gateway over HTTP, and to nobody else: every request needs a fresh internal token. */
export async function serve({ subgraph, key, peerKey, logger, ready }: ServeOptions): Promise<Served> {
  const apollo = await createApollo({
    schema: subgraph.schema,
    logger,
    execute: ({ source, operationName, variables, caller }) =>
      subgraph.execute({ query: source, operationName, variables, ...caller }),
  })
  let draining = false

  async function graphql(request: IncomingMessage, response: ServerResponse) {
    const text = await readBody(request, BODY_MAX)
    const caller = await callerOf(request, text)
    const answer = await answerWith(apollo, JSON.parse(text) as object, caller)
    send(request, response, answer.status, JSON_TYPE, answer.body)
  }

  async function internal(request: IncomingMessage, response: ServerResponse) {
    const operation = request.url?.slice(INTERNAL.length) ?? ''
    const text = await readBody(request, BODY_MAX)
    const { traceId } = await peerOf(request, internalText(operation, text))
    const answer = await subgraph.internal?.(operation, JSON.parse(text), traceId)
    send(request, response, 200, JSON_TYPE, JSON.stringify(answer ?? null))
  }

  const callerOf = ({ headers: { authorization = '' } }: IncomingMessage, body: string, signedBy = key) => {
    const token = /^Bearer (\S+)$/.exec(authorization)?.[1] ?? ''
    return verifyInternal(signedBy, { token, audience: subgraph.name, body })
  }
  /** The gateway, or another subgraph. */
  const peerOf = (request: IncomingMessage, body: string) =>
    callerOf(request, body).catch((refused: unknown) => {
      if (peerKey === undefined || !(refused instanceof InternalTokenRefused)) throw refused
      return callerOf(request, body, peerKey)
    })

  async function route(request: IncomingMessage, response: ServerResponse) {
    if (request.url === '/health/live') return send(request, response, 200, JSON_TYPE, '{"status":"live"}')
    if (request.url === '/health/ready') {
      const isReady = !draining && (ready === undefined || (await ready()))
      return send(request, response, isReady ? 200 : 503, JSON_TYPE, `{"status":"${isReady ? 'ready' : 'not ready'}"}`)
    }
    if (subgraph.files !== undefined && isFilePath(request.url)) {
      return subgraph.files(request, response, await callerOf(request, fileRequestText(request)))
    }
    if (subgraph.internal !== undefined && request.url?.startsWith(INTERNAL) === true)
      return internal(request, response)
    if (request.url !== '/graphql' || request.method !== 'POST') throw fault('NOT_FOUND', NOTHING)
    return graphql(request, response)
  }

  const server = createHttpServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      if (response.headersSent || request.socket.destroyed) return response.destroy()
      const shown = visible(error, logger)
      const status = FAULTS[faultCode(shown) ?? 'INTERNAL_SERVER_ERROR']
      send(request, response, status, JSON_TYPE, JSON.stringify({ errors: [shown] }))
    })
  }, KEEP_ALIVE_MS)

  return {
    server,
    listen: ({ port, host = '127.0.0.1' }) => listen(server, { port, host }),
    async close() {
      draining = true
      await drain(server, GRACE_MS)
      await apollo.stop()
    },
  }
}

const NOTHING = { zh: '没有这个地址。', en: 'There is nothing here.' }

function visible(error: unknown, logger: Logger): GraphQLError {
  if (error instanceof InternalTokenRefused) {
    return fault('UNAUTHENTICATED', { zh: '内部令牌无效。', en: 'The internal token is not valid.' })
  }
  if (error instanceof SyntaxError)
    return fault('BAD_REQUEST', { zh: '请求体不是 JSON。', en: 'The body is not JSON.' })
  if (error instanceof GraphQLError && faultCode(error) !== null) return error
  logger.error({ err: error }, 'request to the subgraph failed')
  return internalFault('unknown')
}
