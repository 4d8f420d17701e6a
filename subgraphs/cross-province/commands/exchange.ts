import { randomUUIDv7 } from 'node:crypto'
import type { Statements } from '@yibao/drizzle/hot'
import { uuidFault } from '@yibao/schema/ids'
import type { InternalHandler } from '@yibao/schema/internal'
import type { Logger } from '@yibao/schema/logger'
import type { Text } from '@yibao/schema/rejection'
import { parseJson } from '@yibao/schema/wire'
import {
  ANSWERED_BY,
  MessageRefused,
  messageTypeOf,
  UNDER_WAY_MAX,
  type Answerer,
  type FaultCode,
  type MessageType,
  type PartnerKey,
  type Saying,
  type SendResult,
} from '../domain/exchange.ts'
import {
  digestHeader,
  fitsDigest,
  FROM,
  isSignedRequest,
  MESSAGE_ID,
  signAnswer,
  TO,
  type Addressed,
  type ExchangeKey,
  type Headers,
} from '../peers/exchange-signature.ts'
import type { PartnerPort, Sent } from '../peers/partner.ts'
import { findDigest, noteMessage, noteResult } from '../store/exchange-messages.ts'
import { findPartner } from '../store/partners.ts'

/** What this platform needs to speak with those of other provinces. */
export interface Exchange {
  readonly hot: Statements
  readonly clock: () => Temporal.Instant
  /** Its own province, first two digits. */
  readonly province: string
  readonly key: ExchangeKey
  readonly port: PartnerPort
  /** Who answers messages, each those of its own. */
  readonly answers: Readonly<Record<Answerer, InternalHandler>>
  readonly logger?: Logger | undefined
}

/** An HTTP request as the gateway hands it on. */
export interface Received {
  readonly path: string
  readonly headers: Headers
  readonly body: string
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** Says something to the platform of another province, once; who hears nothing asks again under a new id. */
export async function send(
  { hot, clock, province: from, port }: Exchange,
  { province: to, type, message }: Saying,
): Promise<SendResult> {
  const at = clock()
  const partner = await findPartner(hot, { province: to, at })
  if (partner === null) return refusalOf('PARTNER_UNKNOWN')
  const addressed: Addressed = { id: randomUUIDv7(), from, to }
  const body = JSON.stringify(message)
  const sent = await port.send(partner, partner.keys, { ...addressed, type, body })
  await noteMessage(
    hot,
    { ...loggedOf(sent.headers, exchangeOf(message)), direction: 'OUT', province: to, id: addressed.id, type, at },
    { durable: 'WITH_WHAT_FOLLOWS', done: { ...resultOf(sent), at: clock() } },
  )
  const { reply } = sent
  if (reply.kind === 'UNREACHED') return reply
  if (reply.kind === 'ANSWERED') return { kind: 'ANSWERED', answer: reply.body }
  const { code, message: text } = reply.body as { code: string; message: Text }
  return { kind: 'REFUSED', code, message: text }
}

function refusalOf(code: FaultCode): SendResult {
  const { text } = new MessageRefused(code)
  return { kind: 'REFUSED', code, message: text }
}

function resultOf({ reply }: Sent) {
  if (reply.kind === 'UNREACHED')
    return { result: reply.kind, code: reply.code, answerDigest: null, answerSignature: null }
  const { headers } = reply
  const code = reply.kind === 'REFUSED' ? String(Reflect.get(Object(reply.body), 'code')).slice(0, 50) : null
  return {
    result: reply.kind,
    code,
    answerDigest: headers['content-digest'] ?? null,
    answerSignature: headers['signature'] ?? null,
  }
}

const loggedOf = (headers: Headers, exchange: string | null) => ({
  exchange,
  digest: headers['content-digest'] ?? '',
  signatureInput: headers['signature-input'] ?? '',
  signature: headers['signature'] ?? '',
})

/**
 * Takes a message in: who says it is verified by their registered key, it is for this platform, fresh, and was never seen;
 * then it is noted, and handed to the subgraph it concerns. What is not taken moves nothing. The answer is signed.
 */
export async function receive(exchange: Exchange, received: Received, traceId: string): Promise<Answered> {
  const { headers } = received
  const addressed = { id: headers[MESSAGE_ID] ?? '', from: exchange.province, to: headers[FROM] ?? '' }
  try {
    const body = JSON.stringify(await take(exchange, received, traceId))
    return await answered(exchange, { ...addressed, status: 200, body })
  } catch (error) {
    const refused = error instanceof MessageRefused ? error : new MessageRefused('NOT_ANSWERED')
    if (refused !== error) exchange.logger?.error({ traceId, err: error }, 'a message of the exchange failed')
    else
      exchange.logger?.warn(
        { traceId, code: refused.code, from: addressed.to },
        'a message of the exchange was refused',
      )
    const body = JSON.stringify({ code: refused.code, message: refused.text })
    return answered(exchange, { ...addressed, status: refused.status, body })
  }
}

async function answered(
  { key }: Exchange,
  answer: Addressed & { readonly status: number; readonly body: string },
): Promise<Answered> {
  const { status, body } = answer
  return { status, body, headers: await signAnswer(key, answer) }
}

/** Messages whose answer is recorded durably before it is given, and is the same when they come again. */
const MOVES_MONEY: ReadonlySet<MessageType> = new Set(['reserve', 'commit', 'cancel', 'reverse'])

async function take(exchange: Exchange, received: Received, traceId: string): Promise<unknown> {
  const verifiedBy = await verified(exchange, received)
  return besides(exchange, verifiedBy.from, () => answerVerified(exchange, received, verifiedBy, traceId))
}

/** How many messages of each province this process is answering. */
const underWay = new WeakMap<Exchange, Map<string, number>>()

/** Only of a sender that is proven, so that nobody can use up what is another's. @throws MessageRefused */
async function besides<T>(exchange: Exchange, province: string, work: () => Promise<T>): Promise<T> {
  const counts = underWay.get(exchange) ?? new Map<string, number>()
  underWay.set(exchange, counts)
  const count = counts.get(province) ?? 0
  if (count >= UNDER_WAY_MAX) throw new MessageRefused('BUSY')
  counts.set(province, count + 1)
  try {
    return await work()
  } finally {
    counts.set(province, (counts.get(province) ?? 1) - 1)
  }
}

async function answerVerified(
  { hot, clock, answers }: Exchange,
  received: Received,
  { type, from, id }: Awaited<ReturnType<typeof verified>>,
  traceId: string,
): Promise<unknown> {
  const message = parse(received.body)
  const logged = loggedOf(received.headers, exchangeOf(message))
  if (
    !(await noteMessage(
      hot,
      { ...logged, direction: 'IN', province: from, id, type, at: clock() },
      { durable: MOVES_MONEY.has(type) ? 'WITH_WHAT_FOLLOWS' : 'AT_ONCE' },
    ))
  ) {
    const before = await findDigest(hot, { province: from, id })
    throw new MessageRefused(before === logged.digest ? 'MESSAGE_REPLAYED' : 'MESSAGE_ID_REUSED')
  }
  const done = { code: null, answerDigest: null, answerSignature: null }
  try {
    const answer = await answers[ANSWERED_BY[type]](`exchange.${type}`, { province: from, message }, traceId)
    const answerDigest = digestHeader(JSON.stringify(answer))
    await noteResult(hot, { province: from, id }, { ...done, result: 'ANSWERED', answerDigest, at: clock() })
    return answer
  } catch (error) {
    await noteResult(hot, { province: from, id }, { ...done, result: 'REFUSED', code: 'NOT_ANSWERED', at: clock() })
    throw error
  }
}

/** Who says what to whom: everything that can be known before the body is looked at. @throws MessageRefused */
async function verified({ hot, clock, province }: Exchange, { path, headers, body }: Received) {
  const { [MESSAGE_ID]: id = '', [FROM]: from = '', [TO]: to = '' } = headers
  const type = messageTypeOf(path)
  if (type === null) throw new MessageRefused('TYPE_UNKNOWN')
  if (uuidFault(id) !== null || !/^[1-8][0-9]$/.test(from) || to === '') throw new MessageRefused('HEADER_MISSING')
  if (to !== province) throw new MessageRefused('ADDRESSEE_WRONG')
  const partner = await findPartner(hot, { province: from, at: clock() })
  if (partner === null || from === province) throw new MessageRefused('PARTNER_UNKNOWN')
  await checkSignature(partner.keys, { path, headers })
  if (!fitsDigest(body, headers['content-digest'])) throw new MessageRefused('DIGEST_WRONG')
  return { type, from, id: id.toLowerCase() }
}

async function checkSignature(keys: readonly PartnerKey[], { path, headers }: Omit<Received, 'body'>): Promise<void> {
  if (headers['signature'] === undefined || headers['signature-input'] === undefined)
    throw new MessageRefused('SIGNATURE_MISSING')
  // Only the path of the address is signed; the host is what a proxy makes of it.
  const url = `https://platform.invalid${path}`
  if (!(await isSignedRequest(keys, { url, headers }))) throw new MessageRefused('SIGNATURE_WRONG')
}

function parse(body: string): unknown {
  try {
    return parseJson(body)
  } catch {
    throw new MessageRefused('BODY_FORM')
  }
}

/** The exchange a message is about, when it names one in form. */
function exchangeOf(message: unknown): string | null {
  const named: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, 'exchange') : null
  return typeof named === 'string' && uuidFault(named) === null ? named : null
}
