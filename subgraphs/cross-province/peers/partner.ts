import { parseJson } from '@yibao/schema/wire'
import { Agent, request } from 'undici'
import { z } from 'zod'
import { EXCHANGE_PATH, type MessageType, type Partner, type PartnerKey } from '../domain/exchange.ts'
import {
  fitsDigest,
  FROM,
  isSignedAnswer,
  MESSAGE_ID,
  signRequest,
  TO,
  type Addressed,
  type ExchangeKey,
} from './exchange-signature.ts'

/** What came back of a message: an answer the other platform has signed, or nothing that could be relied on. */
export type Reply =
  | {
      readonly kind: 'ANSWERED' | 'REFUSED'
      readonly body: unknown
      readonly headers: Readonly<Record<string, string>>
    }
  | { readonly kind: 'UNREACHED'; readonly code: string }

/** What was sent, for the log. */
export interface Sent {
  readonly headers: Readonly<Record<string, string>>
  readonly reply: Reply
}

export interface PartnerPort {
  send(to: Partner, keys: readonly PartnerKey[], message: Outgoing): Promise<Sent>
  close(): Promise<void>
}

interface Outgoing extends Addressed {
  readonly type: MessageType
  readonly body: string
}

const CONNECTIONS = 32
const CONNECT_MS = 2_000
/** The hospital's window waits; whoever is not answered by then asks for the outcome. */
const WAIT_MS = 8_000
/** Why a message was not taken, by whoever took none of it. */
const refusal = z.object({ code: z.string().max(100), message: z.object({ zh: z.string(), en: z.string() }) })
/** A settlement with 2,000 lines is about 400 kB. */
const ANSWER_MAX = 4 * 1024 * 1024

/** Speaks to the platforms of other provinces, and believes only what they have signed. */
export function createPartnerPort(key: ExchangeKey): PartnerPort {
  const agent = new Agent({ connections: CONNECTIONS, connect: { timeout: CONNECT_MS } })

  async function send(to: Partner, keys: readonly PartnerKey[], message: Outgoing): Promise<Sent> {
    const url = `${to.url}${EXCHANGE_PATH}${message.type}`
    const headers = await signRequest(key, { ...message, url })
    const unreached = (code: string): Sent => ({ headers, reply: { kind: 'UNREACHED', code } })
    try {
      const answer = await request(url, {
        method: 'POST',
        headers,
        body: message.body,
        dispatcher: agent,
        signal: AbortSignal.timeout(WAIT_MS),
      })
      const body = await textOf(answer.body)
      const signed = Object.fromEntries(
        Object.entries(answer.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
      )
      const isTheirs =
        signed[MESSAGE_ID] === message.id &&
        signed[FROM] === message.to &&
        signed[TO] === message.from &&
        fitsDigest(body, signed['content-digest']) &&
        (await isSignedAnswer(keys, { status: answer.statusCode, headers: signed }))
      if (!isTheirs) return unreached(`NOT_THEIRS_${answer.statusCode}`)
      if (answer.statusCode === 200)
        return { headers, reply: { kind: 'ANSWERED', body: readable(body), headers: signed } }
      return { headers, reply: { kind: 'REFUSED', body: refusal.parse(readable(body)), headers: signed } }
    } catch (error) {
      return unreached(codeOf(error))
    }
  }

  return { send, close: () => agent.close() }
}

/** What was said; null when it cannot be read or kept, which has the form of no answer. */
function readable(body: string): unknown {
  try {
    return parseJson(body)
  } catch {
    return null
  }
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > ANSWER_MAX) throw Object.assign(new Error('the answer is too large'), { code: 'ANSWER_TOO_LARGE' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Never a text: it could quote what was sent. */
const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'NO_ANSWER'
  if (error.name === 'TimeoutError') return 'TIMEOUT'
  // Theirs, and it does not say why it has taken nothing.
  if (error instanceof z.ZodError) return 'ANSWER_FORM'
  return 'code' in error && typeof error.code === 'string' ? error.code : 'NO_ANSWER'
}
