import type { KeyObject } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { GraphQLError, type ExecutionResult } from 'graphql'
import { FAULTS, internalFault } from '@yibao/schema/fault'
import { fileHeaders, fileRequestText, type FileHandler } from '@yibao/schema/files'
import { cutSoon } from '@yibao/schema/http'
import { signInternal } from '@yibao/schema/internal-token'
import { connectTo, internalOver } from '@yibao/schema/remote-internal'
import type { SubgraphRequest, Transport } from '@yibao/schema/subgraph'

interface RemoteOptions {
  /** Name of the subgraph in the supergraph; also the audience of the internal token. */
  name: string
  /** Where it listens: "http://127.0.0.1:4001". */
  url: string
  /** Private half of the gateway's internal key. */
  key: KeyObject
  /** A subgraph that has not answered by then counts as unreachable. */
  timeoutMs?: number
}

/** A large file is looked at before it is answered for. */
const FILE_MS = 120_000

/** A subgraph in another process, over HTTP/1.1 with kept connections. It gets an internal token and no other header. */
export function remote({ name, url, key, timeoutMs }: RemoteOptions): Transport {
  const pool = connectTo(url, timeoutMs)

  async function execute({ query, operationName, variables, identity, traceId }: SubgraphRequest) {
    const body = JSON.stringify({ query, operationName, variables })
    const token = await signInternal(key, { audience: name, identity, traceId, body })
    const answer = await pool.request({
      path: '/graphql',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    })
    const text = await answer.body.text()
    return readAnswer(name, answer.statusCode, text, traceId)
  }

  const files: FileHandler = async (request, response, { identity, traceId }) => {
    const { method = 'GET', url: path = '/' } = request
    const token = await signInternal(key, { audience: name, identity, traceId, body: fileRequestText(request) })
    const hasBody = method === 'POST' || method === 'PATCH'
    const answer = await pool.request({
      path,
      method,
      headers: { ...fileHeaders(request), authorization: `Bearer ${token}` },
      headersTimeout: FILE_MS,
      bodyTimeout: FILE_MS,
      body: hasBody ? request : null,
    })
    const { connection: _own, 'transfer-encoding': _framing, 'keep-alive': _kept, ...headers } = answer.headers
    response.writeHead(answer.statusCode, {
      ...(headers as Record<string, string>),
      // A body that was refused unread is still on its way.
      ...(request.complete ? {} : { connection: 'close' }),
    })
    await pipeline(answer.body, response)
    if (!request.complete) cutSoon(request)
  }

  return { name, execute, files, internal: internalOver(pool, { name, key }), close: () => pool.close() }
}

interface Wire {
  data?: Record<string, unknown> | null
  errors?: { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> }[]
}

/** Throws when what came back is not the answer of a subgraph, for instance that of a proxy in between. */
function readAnswer(name: string, status: number, text: string, traceId: string): ExecutionResult {
  const wire = JSON.parse(text) as Wire
  const isRefused = status === 401 && wire.data === undefined
  if (isRefused || (wire.data === undefined && !Array.isArray(wire.errors))) {
    throw new Error(`subgraph ${name} answered ${status} without an answer to the operation`)
  }
  const { data, errors } = wire
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map((error) => revive(error, traceId)) }),
  }
}

function revive(
  { message, path, extensions = {} }: NonNullable<Wire['errors']>[number],
  traceId: string,
): GraphQLError {
  const code = extensions['code']
  const isOurs = typeof code === 'string' && Object.hasOwn(FAULTS, code)
  const shown = isOurs ? { message, extensions } : internalFault(traceId)
  return new GraphQLError(shown.message, { path: path ?? null, extensions: shown.extensions })
}
