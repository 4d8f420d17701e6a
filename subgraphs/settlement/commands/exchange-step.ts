import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { callerOf } from '@yibao/schema/identity'
import { Busy, Rejection } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { BillInput } from '../domain/bill.ts'
import { cancelledFor, type CancelReason } from '../domain/cancel-reason.ts'
import { isGiven, type Maybe } from '../domain/fields.ts'
import { billReserved } from '../domain/refused-bill.ts'
import type { ExchangeAnswer } from '../peers/exchange-message.ts'
import { listInstitutionsElsewhere } from '../store/beside-settlement.ts'
import { closeConfirmation, findExchange } from '../store/exchange.ts'
import { addConfirmation } from '../store/confirmations.ts'
import { addCancelledBill } from '../store/refused-bill.ts'
import { addTombstone } from '../store/requests.ts'
import { findSettlements, listLines } from '../store/settlements.ts'
import { answerFound, answerOf, refusedMessage, stateOf } from './exchange-outcome.ts'
import { digestOf } from './read-request.ts'
import { reverse } from './reverse.ts'
import { takeBackUnconfirmed } from './reverse-unconfirmed.ts'

const ROUNDS_MAX = 40

interface CancelMessage {
  readonly exchange: string
  readonly reason?: Maybe<CancelReason>
}

interface CommitMessage {
  readonly exchange: string
  /** What the other side was told that is reserved. */
  readonly settlement?: Maybe<string>
}

/**
 * Commits a reserved bill: recorded here, it is decided, whatever becomes of the answer. One whose time is over, or that
 * was cancelled, stays aborted. A reservation does not wait for the disk, so the one that was told may have been lost with
 * the server (decisions/029): then there is none to be committed any more, nor another that came after it. Asked again, it
 * answers the same.
 */
export async function commitExchange(
  context: Context,
  { exchange, settlement }: CommitMessage,
): Promise<ExchangeAnswer> {
  const { hot } = context.db
  const found = await findExchange(hot, { caller: callerOf(context.institution()), requestId: exchange })
  if (found === null) return cancelExchange(context, { exchange })
  const { result, outcome, insuredId, institution } = found
  const settlementId = result?.settlement
  if (outcome === 'REFUSED' || settlementId === undefined || stateOf(found) !== 'RESERVED')
    return answerFound(context, exchange, found)
  if (isGiven(settlement) && settlement !== settlementId) return cancelExchange(context, { exchange })
  assert(insuredId !== null && institution !== null, 'what waits for a word is somebody’s bill of an institution')
  const confirmedAt = await addConfirmation(hot, { settlementId, insuredId, institution, at: context.now() })
  return confirmedAt === null ? answerOf(context, exchange) : answerFound(context, exchange, { ...found, confirmedAt })
}

/**
 * Makes sure that a bill which is not committed never will be: the money of a reserved one goes back, one that has not
 * arrived is refused when it does. A committed one stands, and the answer says so. One that was reserved and is cancelled for
 * a reason is kept for the person to claim, before it is answered: whoever hears no answer says it again.
 */
export async function cancelExchange(context: Context, { exchange, reason }: CancelMessage): Promise<ExchangeAnswer> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (round > 1) await wait(Math.random() * 2 * round)
    const found = await findExchange(context.db.hot, { caller: callerOf(context.institution()), requestId: exchange })
    if (found === null) {
      if (await bury(context, exchange)) return answerOf(context, exchange)
      continue
    }
    const { result, outcome, insuredId, closedAt } = found
    const settlementId = result?.settlement
    if (outcome === 'REFUSED' || settlementId === undefined || insuredId === null)
      return answerFound(context, exchange, found)
    if (stateOf(found) === 'COMMITTED') return answerFound(context, exchange, found)
    if (found.reversal !== null) {
      if (isGiven(reason) && closedAt !== null) await keep(context, { exchange, settlementId, reason, at: closedAt })
      return answerFound(context, exchange, found)
    }
    // What is taken back is found so in the next round.
    const isClosed = await closeConfirmation(context.db.hot, { settlementId, insuredId, at: context.now() })
    if (isClosed) await takeBackUnconfirmed(context, { settlementId, insuredId })
  }
  throw Busy.of()
}

interface Cancelled {
  readonly exchange: string
  readonly settlementId: string
  readonly reason: CancelReason
  readonly at: Temporal.Instant
}

/** Keeps a bill that was reserved, of which nothing is left but what it was, like one that was refused here. */
async function keep({ db }: Context, { exchange, settlementId, reason, at }: Cancelled): Promise<void> {
  const [settlement] = await findSettlements(db.orm, [settlementId])
  const [place] = await listInstitutionsElsewhere(db.orm, [settlementId])
  if (settlement === undefined || place === undefined) return
  const lines = (await listLines(db.orm, [settlementId])).get(settlementId) ?? []
  const { insuredId } = settlement
  const bill = billReserved(exchange, { settlement, lines, place })
  await addCancelledBill(db.hot, { bill, insuredId, rejection: cancelledFor(reason).store(), at })
}

/** A tombstone where no request is yet: a bill that arrives late finds it. */
function bury(context: Context, exchange: string): Promise<boolean> {
  const caller = callerOf(context.institution())
  const common = { caller, result: {}, insuredId: null, at: context.now() }
  return addTombstone(context.db.hot, {
    target: { ...common, requestId: exchange, operation: 'settle', digest: '', outcome: 'ANNULLED' },
    annulment: {
      ...common,
      requestId: `cancel ${exchange}`,
      operation: 'annul',
      digest: digestOf('annul', { target: exchange }, ''),
      outcome: 'COMMITTED',
    },
  })
}

interface ReverseMessage {
  readonly exchange: string
  readonly of: string
  readonly operator?: Maybe<BillInput['operator']>
}

/** Takes a committed bill back, once, under an id of its own; the rules of the pool for reversals hold as at home. */
export async function reverseExchange(
  context: Context,
  { exchange, of, operator }: ReverseMessage,
): Promise<ExchangeAnswer> {
  const original = await answerOf(context, of)
  const settlement = original.state === 'COMMITTED' ? (original.settlement?.id ?? of) : of
  try {
    await reverse(context, exchange, { settlement, operator })
  } catch (refusal) {
    if (!(refusal instanceof Rejection)) throw refusal
    const answer = await answerOf(context, exchange)
    const isOver = answer.state === 'REFUSED' || answer.state === 'ABORTED'
    return namingReversal(context, isOver ? answer : refusedMessage(exchange, refusal))
  }
  return answerOf(context, exchange)
}

/** To whoever has taken a bill back before it is said under which exchange: it may never have heard of that. */
async function namingReversal(context: Context, answer: ExchangeAnswer): Promise<ExchangeAnswer> {
  const { rejection } = answer
  const id = rejection?.code === 'ALREADY_REVERSED' ? rejection.details['settlementId'] : null
  if (rejection === null || typeof id !== 'string') return answer
  const [reversal] = await findSettlements(context.db.orm, [id])
  if (reversal?.caller !== callerOf(context.institution())) return answer
  return { ...answer, rejection: { ...rejection, details: { ...rejection.details, exchange: reversal.requestId } } }
}
