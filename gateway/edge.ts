import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { GraphQLError } from 'graphql'
import { fault, faultCode, internalFault } from '@yibao/schema/fault'
import { isFilePath } from '@yibao/schema/files'
import { readBody, send } from '@yibao/schema/http'
import type { Logger } from '@yibao/schema/logger'
import type { Caller } from '@yibao/schema/apollo'
import { assertBodyShape } from './body-shape.ts'
import { operationOf, type Documents } from './documents.ts'
import type { AskForFile } from './files.ts'
import { SignInUnavailable } from './issuer/key-source.ts'
import type { Limits } from './limits.ts'
import { assertJson, negotiate, readParameters, traceIdOf, type Parameters } from './request.ts'
import { Unauthenticated, type SignIn } from './sign-in.ts'
import { statusOf } from './status.ts'

/** A handler for everything under a path, such as the embedded issuer's. */
export type Routes = Readonly<Record<string, RequestListener>>

interface EdgeOptions {
  signIn: SignIn
  documents: Documents
  answer: (parameters: Parameters, caller: Caller) => Promise<{ status: number; body: string }>
  files: AskForFile
  limits: Limits
  logger: Logger
  routes: Routes
  /** Web pages of these origins may read answers; none by default. */
  origins: readonly string[]
  isReady: () => boolean
}

/** Nothing here is a page: no browser may guess a type, frame it, keep it or tell others where it was. */
const SECURITY = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
const JSON_TYPE = 'application/json; charset=utf-8'

/** Everything HTTP of the gateway: what is let in, under which limits, and how it is answered. */
export function createEdge(options: EdgeOptions): RequestListener {
  const { signIn, documents, answer, files, limits, logger, routes, origins, isReady } = options
  const prefixes = Object.keys(routes)

  function headersFor(request: IncomingMessage, traceId: string): Record<string, string> {
    const { origin, traceparent } = request.headers
    const isAllowed = origin !== undefined && origins.includes(origin)
    return {
      ...SECURITY,
      'x-request-id': traceId,
      ...(traceparent?.includes(traceId) === true ? { traceparent: String(traceparent) } : {}),
      ...(isAllowed ? { 'access-control-allow-origin': origin, vary: 'Origin' } : {}),
    }
  }

  async function graphql(request: IncomingMessage, response: ServerResponse, headers: Record<string, string>) {
    if (request.method === 'OPTIONS' && headers['access-control-allow-origin'] !== undefined) {
      return send(request, response, 204, { ...headers, ...PREFLIGHT }, '')
    }
    if (request.method !== 'POST') {
      headers['allow'] = 'POST'
      throw fault('METHOD_NOT_ALLOWED', { zh: '只接受 POST。', en: 'Only POST is accepted.' })
    }
    const { contentType, isLegacy } = negotiate(request.headers.accept)
    headers['content-type'] = contentType
    assertJson(request.headers['content-type'])
    // Before the body: nobody who has not signed in makes the gateway hold and parse megabytes.
    const identity = await signIn(request.headers.authorization, { method: 'POST', dpop: dpopOf(request) })
    const body = await readBody(request, identity === null ? limits.anonymousBodyBytes : limits.bodyBytes)
    assertBodyShape(body, limits)
    const parameters = readParameters(body)
    const errors = problemsOf(documents, parameters, identity === null)
    if (errors !== null) return refuse(request, response, headers, errors, isLegacy)
    const caller = { identity, isLegacy, traceId: headers['x-request-id'] ?? '' }
    const answered = await answer(parameters, caller)
    if (answered.status === 401) headers['www-authenticate'] = CHALLENGE
    send(request, response, answered.status, headers, answered.body)
  }

  async function route(request: IncomingMessage, response: ServerResponse, headers: Record<string, string>) {
    const { url = '' } = request
    if (url.length > limits.targetBytes) throw longTarget(limits.targetBytes)
    const [path = ''] = url.split('?', 1)
    if (path === '/graphql') return graphql(request, response, headers)
    if (isFilePath(url)) {
      for (const name of VISIBLE) if (headers[name] !== undefined) response.setHeader(name, headers[name])
      return files(request, response, headers['x-request-id'] ?? '')
    }
    if (path === '/health/live') return send(request, response, 200, headers, '{"status":"live"}')
    if (path === '/health/ready') {
      const isUp = isReady()
      return send(request, response, isUp ? 200 : 503, headers, `{"status":"${isUp ? 'ready' : 'not ready'}"}`)
    }
    const prefix = prefixes.find((one) => path === one || path.startsWith(`${one}/`))
    if (prefix !== undefined) return routes[prefix]?.(request, response)
    throw fault('NOT_FOUND', { zh: '没有这个地址。', en: 'There is nothing here.' })
  }

  function visible(error: unknown, traceId: string): GraphQLError {
    if (error instanceof GraphQLError && faultCode(error) !== null) return error
    if (error instanceof Unauthenticated || error instanceof SignInUnavailable) return fault(error.code, error.text)
    logger.error({ traceId, err: error }, 'request failed at the edge')
    return internalFault(traceId)
  }

  return function handle(request, response) {
    const traceId = traceIdOf(request)
    const headers: Record<string, string> = { ...headersFor(request, traceId), 'content-type': JSON_TYPE }
    route(request, response, headers).catch((error: unknown) => {
      if (response.headersSent || request.socket.destroyed) return response.destroy()
      if (error instanceof Unauthenticated) headers['www-authenticate'] = error.challenge
      refuse(request, response, headers, [visible(error, traceId)], false)
    })
  }
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
  errors: readonly GraphQLError[],
  isLegacy: boolean,
) {
  const code = faultCode(errors[0]) ?? 'INTERNAL_SERVER_ERROR'
  if (code === 'UNAUTHENTICATED') headers['www-authenticate'] ??= CHALLENGE
  const status = errors[0]?.extensions['limit'] === 'targetBytes' ? 414 : statusOf(code, isLegacy)
  send(request, response, status, headers, JSON.stringify({ errors }))
}

function problemsOf(
  documents: Documents,
  { query, operationName }: Parameters,
  isAnonymous: boolean,
): readonly GraphQLError[] | null {
  const { document, errors } = documents.read(query, isAnonymous)
  if (document === undefined) return errors
  try {
    operationOf(document, operationName)
    return null
  } catch (error) {
    return [error as GraphQLError]
  }
}

const dpopOf = ({ headers: { dpop } }: IncomingMessage) => (typeof dpop === 'string' ? dpop : undefined)
const longTarget = (max: number) =>
  fault(
    'LIMIT_EXCEEDED',
    { zh: `请求地址超过 ${max} 字节。`, en: `The address of the request exceeds ${max} bytes.` },
    { limit: 'targetBytes', max },
  )
/** What an answer about a file carries besides its own headers. */
const VISIBLE = ['x-request-id', 'access-control-allow-origin', 'vary']
const CHALLENGE = 'Bearer realm="yibao"'
const PREFLIGHT = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'authorization, content-type, traceparent',
  'access-control-max-age': '600',
}
