import type { Rejection } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { UNCONFIRMED } from '../domain/confirmation.ts'
import { isObstacle, notTakenBack, reversedUnder, standsInTheWay } from '../domain/reversal-refusals.ts'
import { faultsOfReversal } from '../domain/told-check.ts'
import { readToldId, toldRefusal, tryTold } from '../peers/exchange-read.ts'
import { findAway, findAwayOf, type Away } from '../store/away.ts'
import { forgetAway, renameAway } from '../store/away-end.ts'
import { countReversed } from '../store/province-budget.ts'
import { findSettlements, listLines } from '../store/settlements.ts'
import { end, misfit, noteWrong, say, wait, written } from './away-step.ts'
import { writeAwayReversal } from './away-write.ts'

/**
 * Asks for a reversal, again and again until it is answered for good: it cannot be given up, for it may have been done. What
 * stands in its way is an answer, for the institution has to act. One that home has carried out under another exchange of
 * this province, which may have been on its way for long, is written here under that one.
 */
export async function takeBack(context: Context, away: Away) {
  const { exchange, of } = away
  const { operator } = away.asked as { readonly operator: object | null }
  const reply = await say(context, away, 'reverse', { exchange, of, operator })
  if (!('answer' in reply)) return wait(context, away, reply.code)
  const { state, rejection, settlement } = reply.answer
  if (state === 'COMMITTED') return takenBack(context, away, settlement)
  // It was given up there by the word of this side, whose answer was lost.
  if (state === 'ABORTED') return over(context, away, notTakenBack())
  if (rejection === null) return misfit(context, away, state)
  const other = reversedUnder(rejection)
  if (other !== null) return follow(context, away, other)
  // Home knows the exchange, as said by another request of this side that it has followed.
  if (rejection.code === 'REQUEST_REUSED') return learn(context, away)
  const refusal = toldRefusal(rejection, 'REVERSE')
  if (state === 'REFUSED' || !refusal.retryable) return over(context, away, refusal)
  if (isObstacle(refusal)) return letGo(context, away, refusal)
  await wait(context, away, refusal.code)
  throw refusal
}

/** What cannot be is not written: the reversal is done there, so it waits for staff. */
async function takenBack(context: Context, away: Away, settlement: unknown) {
  const faults = await faultsOf(context, away, settlement)
  if (faults.length > 0) return noteWrong(context, away, faults)
  const isWritten = await writeAwayReversal(context, away, settlement)
  if (isWritten && away.of !== null) await countReversed(context.db.apart, { ...away, exchange: away.of })
  return written(away, isWritten)
}

async function faultsOf({ db: { hot, orm } }: Context, { of }: Away, settlement: unknown): Promise<readonly string[]> {
  const told = tryTold(settlement)
  const taken = of === null ? null : await findAway(hot, of)
  const [original] = taken === null ? [] : await findSettlements(orm, [taken.settlementId])
  if (told === null || taken === null || original === undefined) return ['form']
  const lines = (await listLines(orm, [original.id])).get(original.id) ?? []
  return faultsOfReversal(told, { original, lines, home: readToldId(taken.answer) })
}

/**
 * Ends a reversal that something stands in the way of, once home refuses what of it may still be on its way: else that
 * would be carried out there some day, and nobody here would know. Whoever hears of it at once may ask again, and whoever
 * was told to wait finds it as the refusal of the request.
 */
async function letGo(context: Context, away: Away, refusal: Rejection) {
  const reply = await say(context, away, 'cancel', { exchange: away.exchange })
  if (!('answer' in reply)) return wait(context, away, reply.code)
  const { state, rejection, settlement } = reply.answer
  if (state === 'COMMITTED') return takenBack(context, away, settlement)
  if (rejection?.type === 'Busy') return wait(context, away, rejection.code)
  if (state !== 'ABORTED' && state !== 'REFUSED') return misfit(context, away, state)
  if (away.attempts > 0 && away.caller !== UNCONFIRMED) return over(context, away, standsInTheWay(refusal))
  await forgetAway(context.db.hot, away)
  throw refusal
}

/**
 * It is not taken back, which whoever asked finds as the answer to the request. Nobody reads the answer to what the platform
 * asks of itself: that leaves nothing behind, and is asked for anew under another exchange.
 */
async function over(context: Context, away: Away, refusal: Rejection) {
  if (away.caller !== UNCONFIRMED) return end(context, away, { to: 'REFUSED', refusal })
  await forgetAway(context.db.hot, away)
  throw refusal
}

/** Goes on under the exchange by which home has taken the bill back, so that both know the reversal by the same id. */
async function follow(context: Context, away: Away, exchange: string) {
  await renameAway(context.db.hot, away, exchange)
  const now = await findAwayOf(context.db.hot, away)
  if (now?.exchange !== exchange) return wait(context, away, 'ALREADY_REVERSED')
  return now.state === 'ASKED' ? learn(context, now) : now
}

/** What home has recorded of the reversal. */
async function learn(context: Context, away: Away) {
  const reply = await say(context, away, 'outcome', { exchange: away.exchange })
  if (!('answer' in reply)) return wait(context, away, reply.code)
  const { state, settlement } = reply.answer
  return state === 'COMMITTED' ? takenBack(context, away, settlement) : misfit(context, away, state)
}
