import { canonicalDigest } from '@yibao/drizzle/digest'
import { dayOf, parseInstant } from '@yibao/schema/dates'
import { Rejection } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Bill, BillInput } from '../domain/bill.ts'
import type { FoundItem } from '../domain/catalogue.ts'
import { confirmByOf } from '../domain/confirmation.ts'
import { checkLineCount, checkProvince, keptBriefly } from '../domain/exchange.ts'
import { agreementElsewhere, entryElsewhere, type Place } from '../domain/place.ts'
import type { BillToKeep } from '../domain/refused-bill.ts'
import {
  tell,
  type ExchangeAnswer,
  type ReserveMessage,
  type TrialAnswer,
  type TrialMessage,
} from '../peers/exchange-message.ts'
import { addRefusedBill } from '../store/refused-bill.ts'
import { addRequest, findRequest, type Request } from '../store/requests.ts'
import { answerOf, answerReserved, refusedMessage } from './exchange-outcome.ts'
import { refuse, replay } from './refuse.ts'
import { decideAndWrite, readOwnBill, receive, senderOf, type Incoming } from './settle.ts'
import { tryBill } from './trial.ts'

/**
 * Reckons a bill of another province by the policy of the pool here, and keeps the money for it: a settlement that its
 * sender has to confirm within its time, or else it is taken back. The same message again gets the same answer; another
 * one under the same id is refused and moves nothing.
 */
export async function reserve(context: Context, message: ReserveMessage): Promise<ExchangeAnswer> {
  const { exchange } = message
  const input: BillInput = message.bill
  const place = placeOf(context, message)
  const incoming = { ...incomingOf(context, message, input), addRefused: keeping(place.province, message) }
  const { request } = incoming
  try {
    const bill = await readOrRefuse(context, incoming, { ...message, place })
    if (bill !== null) {
      const make = () => Promise.resolve(bill)
      // The turn is the province's, for whose names of institutions nobody here vouches.
      const sender = { ...senderOf(incoming), institution: request.caller }
      const settled = await context.queue.run(sender, () => decideAndWrite(context, incoming, make))
      // One that was written before comes without its lines, and may be committed by now.
      if (settled.lines !== undefined) return answerReserved(exchange, settled, confirmByOf(bill, settled.settledAt))
    }
  } catch (refusal) {
    if (!(refusal instanceof Rejection)) throw refusal
    const answer = await answerOf(context, exchange)
    // What is not on record did not decide anything: another bill under this id, or something to be tried again.
    const isRecorded = answer.rejection?.code === refusal.code || answer.state === 'ABORTED'
    return isRecorded ? answer : refusedMessage(exchange, refusal)
  }
  return answerOf(context, request.requestId)
}

/** What a bill of another province would come to; nothing is kept but the quote. */
export async function tryExchange(context: Context, message: TrialMessage): Promise<TrialAnswer> {
  const place = placeOf(context, message)
  const { bill: input } = message
  try {
    const incoming = receive(context, '', input)
    checkProvince(place.province, { institution: incoming.institution, pool: place.agreement.pool })
    checkLineCount(input.lines.length, place.items.length)
    const bill = { ...readOwnBill(input, incoming.institution, context.now()), confirmWithin: null, place }
    const { quote, ...settlement } = await tryBill(context, incoming, bill)
    const { id, expiresAt } = quote
    return { settlement: tell(settlement), quote: { id, expiresAt: expiresAt.toString() }, rejection: null }
  } catch (refusal) {
    if (!(refusal instanceof Rejection)) throw refusal
    return { settlement: null, quote: null, rejection: refusal.tell() }
  }
}

/** A bill in the name of the institution elsewhere; what was told of it is part of what is asked. */
function incomingOf(context: Context, { exchange, place, lines }: ReserveMessage, input: BillInput): Incoming {
  const incoming = receive(context, exchange, input)
  const digest = canonicalDigest('reserve', { bill: incoming.request.digest, place, lines })
  return { ...incoming, request: { ...incoming.request, digest } satisfies Request }
}

/** Whoever is refused can claim by hand: what was sent is kept with the refusal. */
function keeping(province: string, message: ReserveMessage): typeof addRequest {
  const { exchange, bill, place, lines } = message
  const { careType, emergency, trauma, birthType, diagnoses, visit, chargeBatch, invoice, institution, total } = bill
  const [begin, end] = [parseInstant(bill.begin), parseInstant(bill.end)]
  if (begin === null || end === null) return addRequest
  const kept: BillToKeep = {
    exchange,
    province,
    institution,
    visit,
    chargeBatch,
    careType,
    emergency: emergency ?? false,
    trauma: trauma != null,
    birthType: birthType ?? null,
    disease: bill.disease ?? null,
    begin,
    end,
    diagnoses: diagnoses.map(({ code, name }) => ({ code, name })),
    invoice: invoice ?? null,
    place: { name: place.name, level: place.level, division: place.pool },
    total,
    lines: bill.lines.map(({ serial, code, ownCode, price, quantity, amount, time, refundOf }, i) => ({
      serial,
      code,
      ownCode,
      price,
      quantity,
      amount,
      time,
      refundOf,
      name: lines[i]?.name ?? ownCode,
      chargeType: lines[i]?.chargeType ?? '',
    })),
  }
  return (hot, request) => addRefusedBill(hot, request, kept)
}

/** The bill as it is settled here; null when it is refused on record already. */
async function readOrRefuse(
  context: Context,
  { request, institution }: Incoming,
  { bill: input, place }: { readonly bill: BillInput; readonly place: Place },
): Promise<Bill | null> {
  try {
    checkProvince(place.province, { institution, pool: place.agreement.pool })
    checkLineCount(input.lines.length, place.items.length)
    return keptBriefly({ ...readOwnBill(input, institution, context.now()), place })
  } catch (refusal) {
    await refuse(context, request, refusal, null)
    // Another bill under an id that has its answer is not that answer's, however faulty it is.
    const record = await findRequest(context.db.hot, request)
    if (record !== null) replay(request, record)
    return null
  }
}

function placeOf(context: Context, { bill, place, lines }: TrialMessage): Place {
  const { province = '' } = context.institution()
  const on = dayOf(parseInstant(bill.end) ?? context.now())
  const day = on.toString()
  return {
    province,
    agreement: agreementElsewhere({ ...place, on }),
    items: itemsOf(lines, { pool: place.pool, day }),
    parts: lines.map(({ selfPaid, overCeilingAmount, firstSelfPayment, inScope }) => ({
      selfPaid,
      overCeiling: overCeilingAmount,
      firstSelfPayment,
      inScope,
    })),
  }
}

/** What was told of lines, as the catalogue here would say it. */
export const itemsOf = (
  lines: ReserveMessage['lines'],
  { pool, day }: { readonly pool: string; readonly day: string },
): FoundItem[] =>
  lines.map((line) => ({
    entry: entryElsewhere({
      pool,
      day,
      name: line.name,
      listType: line.listType,
      chargeType: line.chargeType,
      class: line.entryClass,
      restricted: line.restricted,
      essential: line.essential,
      negotiated: line.negotiated,
      paediatric: line.paediatric,
      special: line.special,
    }),
    item: {
      class: line.class,
      selfPayRatio: line.selfPayRatio,
      ceiling: line.ceiling,
      overCeiling: line.overCeiling,
      restricted: line.restricted,
    },
  }))
