import type { KeyObject } from 'node:crypto'
import { Pool } from 'undici'
import { INTERNAL, internalText, type InternalHandler } from './internal.ts'
import { signInternal } from './internal-token.ts'

interface Asked {
  /** Name of the subgraph; also the audience of the internal token. */
  readonly name: string
  /** Private half of the key the subgraph knows whoever asks by. */
  readonly key: KeyObject
}

/** Asks a subgraph in another process what lies beyond the graph, over connections that are kept. */
export const internalOver =
  (pool: Pool, { name, key }: Asked): InternalHandler =>
  async (operation, input, traceId) => {
    const body = JSON.stringify(input)
    const text = internalText(operation, body)
    const token = await signInternal(key, { audience: name, identity: null, traceId, body: text })
    const answer = await pool.request({
      path: `${INTERNAL}${operation}`,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    })
    const answered = await answer.body.text()
    if (answer.statusCode !== 200) throw new Error(`subgraph ${name} answered ${answer.statusCode} to ${operation}`)
    return JSON.parse(answered)
  }

const CONNECTIONS = 64
const CONNECT_MS = 2_000
/** Longer than a message to another province may take, which the subgraph that is asked may have to wait for. */
const TIMEOUT_MS = 30_000

/** The connections of one process to another. */
export const connectTo = (url: string, timeoutMs = TIMEOUT_MS): Pool =>
  new Pool(url, {
    connections: CONNECTIONS,
    connect: { timeout: CONNECT_MS },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  })
