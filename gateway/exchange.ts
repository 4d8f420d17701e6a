import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { readBody, send } from '@yibao/schema/http'
import type { Logger } from '@yibao/schema/logger'
import type { Transport } from '@yibao/schema/subgraph'
import { traceIdOf } from './request.ts'

/** Below it the platforms of other provinces are listened to. */
export const EXCHANGE = '/exchange'

/** A bill with 2,000 lines and what the catalogue says of each is about 1.5 MB. */
const BODY_MAX = 4 * 1024 * 1024

/** What of a message goes on; nothing else does. */
const PASSED = [
  'content-digest',
  'content-type',
  'signature',
  'signature-input',
  'yibao-from',
  'yibao-message-id',
  'yibao-to',
]

/**
 * Hands messages of other provinces to the cross-province subgraph, which verifies their signature: here nobody is
 * believed anything. Whatever it answers is signed there too.
 */
export function exchangeRoute(transports: readonly Transport[], logger: Logger): RequestListener {
  const home = transports.find(({ name }) => name === 'cross-province')

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request
    if (method !== 'POST') return send(request, response, 405, { allow: 'POST' }, '')
    const body = await readBody(request, BODY_MAX)
    const headers = Object.fromEntries(
      PASSED.flatMap((name) => {
        const value = request.headers[name]
        return typeof value === 'string' ? [[name, value]] : []
      }),
    )
    const asked = { path: url.split('?', 1)[0] ?? '', headers, body }
    const found = await home?.internal?.('exchange.receive', asked, traceIdOf(request))
    if (found === undefined) return send(request, response, 503, {}, '')
    const { status, headers: signed, body: text } = found as { status: number; headers: object; body: string }
    return send(request, response, status, { ...signed, 'cache-control': 'no-store' }, text)
  }

  return (request, response) =>
    void answer(request, response).catch((error: unknown) => {
      logger.warn({ err: error }, 'a message of the exchange could not be read')
      if (response.headersSent) response.destroy()
      else send(request, response, 400, {}, '')
    })
}
