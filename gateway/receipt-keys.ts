import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { send } from '@yibao/schema/http'
import type { Transport } from '@yibao/schema/subgraph'

/** Everything below it is public. */
export const RECEIPTS = '/receipts'

const QUERY = '{ receiptKeys { kid kty crv x alg use } }'
const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'public, max-age=300',
  'x-content-type-options': 'nosniff',
}
const problem = (zh: string, en: string) => JSON.stringify({ error: `${zh} ${en}` })

/**
 * Publishes the keys receipts are verified by as a JWKS, at the usual kind of address. They are asked of the subgraph
 * that signs, so that a gateway that stands alone needs no key of its own for it.
 */
export function receiptKeysRoute(transports: readonly Transport[]): RequestListener {
  const settlement = transports.find(({ name }) => name === 'settlement')

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = (status: number, body: string, headers = {}) =>
      send(request, response, status, { ...HEADERS, ...headers }, body)
    if (request.url?.split('?', 1)[0] !== `${RECEIPTS}/jwks.json`)
      return reply(404, problem('没有这个地址。', 'There is nothing here.'))
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return reply(405, problem('只接受 GET。', 'Only GET is accepted.'), { allow: 'GET' })
    const asked = { query: QUERY, variables: {}, identity: null, traceId: 'receipt-keys' }
    const found = await settlement?.execute(asked).catch(() => undefined)
    const keys = found?.data?.['receiptKeys']
    if (!Array.isArray(keys)) return reply(503, problem('暂时无法取得公钥。', 'The keys cannot be had now.'))
    return reply(200, JSON.stringify({ keys }))
  }

  return (request, response) => void answer(request, response).catch(() => response.destroy())
}
