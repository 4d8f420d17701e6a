import { Busy, type Rejection } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { homeAborted, homeUnreachable, owedFor } from '../domain/away.ts'
import { aboveLimit } from '../domain/prefund.ts'
import { visitOfAnother } from '../domain/refusals.ts'
import { isObstacle, standsInTheWay } from '../domain/reversal-refusals.ts'
import { UNCONFIRMED } from '../domain/confirmation.ts'
import { isOfAnother } from '../domain/visit-elsewhere.ts'
import { identifiedBefore } from '../domain/visit-refusals.ts'
import type { BillMessage } from '../peers/exchange-message.ts'
import { answerRead, readTold, readToldId, toldRefusal, type AnswerRead } from '../peers/exchange-read.ts'
import { notTaken, wasNeverSent } from '../peers/province.ts'
import { countOthers, endAway, findAway, forgetAway, postpone, toCommitting, type Away } from '../store/away.ts'
import { giveBudget, takeBudget } from '../store/province-budget.ts'
import { writeAway, writeAwayReversal } from './away-write.ts'
import { heldIn, refusalOf } from './held-visit.ts'

/** What is said of a bill while its request is here: with the credential, which is kept nowhere. */
export interface Saying {
  readonly message: BillMessage
  /** Nothing was said of it before. */
  readonly isFirst: boolean
}

/** As many steps as there can be, and some for those who work on the same bill. */
const STEPS_MAX = 20
/** The first try after one that came to nothing, and the longest between two, in seconds. */
const RETRY_SECONDS = 2
const RETRY_SECONDS_MAX = 60
/** What does not fit is looked at by people, and tried again meanwhile. */
const MISFIT_SECONDS = 600

/**
 * Goes on with a bill of a person insured elsewhere, or with the reversal of one, until it is done or the other platform
 * does not answer. Every step is on record before the next one is said, so whoever comes next goes on from there; several
 * may at once. Gives how far it is.
 */
export async function driveAway(context: Context, start: Away, saying?: Saying): Promise<Away> {
  let away = start
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const next = await STEP[away.state](context, away, saying)
    if (next === null) return away
    away = next === 'CHANGED' ? ((await findAway(context.db.hot, away.exchange)) ?? away) : next
  }
  return away
}

/** How far it is after a step; null when it has to wait or is done, CHANGED when somebody else went on with it. */
type Step = (context: Context, away: Away, saying: Saying | undefined) => Promise<Away | null | 'CHANGED'>

const done: Step = () => Promise.resolve(null)

const STEP: Readonly<Record<Away['state'], Step>> = {
  ASKED: (context, away, saying) => {
    if (away.kind === 'REVERSE') return takeBack(context, away)
    return saying === undefined ? askAgain(context, away) : reserve(context, away, saying)
  },
  COMMITTING: commit,
  CANCELLING: cancel,
  COMMITTED: done,
  REFUSED: done,
  ABORTED: done,
}

/** Asks the other platform to keep the money. */
async function reserve(context: Context, away: Away, { message, isFirst }: Saying) {
  const reply = await say(context, away, 'reserve', { exchange: away.exchange, ...message })
  if ('answer' in reply) return answered(context, away, reply.answer, isFirst)
  // What certainly never reached anybody needs nobody to forget it.
  if (reply.isCertain) return giveUp(context, away, notTaken(reply.code), isFirst)
  return wait(context, away, reply.code)
}

/** The message is not here any more: what the other platform has of it counts. */
async function askAgain(context: Context, away: Away) {
  const reply = await say(context, away, 'outcome', { exchange: away.exchange })
  if (!('answer' in reply)) return wait(context, away, reply.code)
  const { state, rejection } = reply.answer
  if (state === 'UNKNOWN' && rejection === null) return giveUp(context, away, homeUnreachable(), false)
  return answered(context, away, reply.answer, false)
}

/** What the other platform says of a bill that was asked for. */
async function answered(context: Context, away: Away, answer: AnswerRead, isFirst: boolean) {
  const { hot } = context.db
  const { state, rejection, settlement } = answer
  if (state === 'RESERVED' || state === 'COMMITTED') {
    const told = readTold(settlement)
    const { insuredId } = told
    if (isOfAnother(heldIn(away), { insuredId })) return giveUp(context, away, identifiedBefore(), false)
    // Before it is on record that the bill is to be committed; what is committed there already is owed whatever limit there is.
    const isWithin = await takeBudget(hot, { ...away, amount: owedFor(told) })
    if (state === 'RESERVED' && !isWithin) return giveUp(context, away, aboveLimit(), false)
    const nextAt = context.now().add({ seconds: RETRY_SECONDS })
    const isOn = await toCommitting(hot, away, { answer: settlement, insuredId, nextAt })
    if (isOn) return { ...away, state: 'COMMITTING' as const, answer: settlement, insuredId }
    const others = await countOthers(hot, away, insuredId)
    return others > 0 ? giveUp(context, away, visitOfAnother(), false) : 'CHANGED'
  }
  if (state === 'ABORTED') return end(context, away, { to: 'ABORTED', refusal: homeAborted() })
  const refusal = rejection === null ? homeUnreachable() : toldRefusal(rejection, 'SETTLE')
  // Refused as a message: nothing of it is on record there, so the same request may come again.
  if (state === 'UNKNOWN' && refusal.retryable) {
    if (isFirst) await forgetAway(hot, away)
    throw refusal
  }
  return state === 'REFUSED' ? end(context, away, { to: 'REFUSED', refusal }) : giveUp(context, away, refusal, isFirst)
}

/** Recorded there, it is decided. */
async function commit(context: Context, away: Away) {
  const settlement = readToldId(away.answer)
  const reply = await say(context, away, 'commit', { exchange: away.exchange, settlement })
  if (!('answer' in reply)) return wait(context, away, reply.code)
  const { state, rejection } = reply.answer
  if (state === 'COMMITTED') return written(away, await writeAway(context, away))
  // What home has lost with its server (decisions/029) may have come again and been refused there.
  if (state === 'ABORTED' || state === 'REFUSED') return end(context, away, { to: 'ABORTED', refusal: homeAborted() })
  // Its time is over there, and it is about to be taken back.
  if (state === 'RESERVED') return wait(context, away, 'THERE_RESERVED')
  if (rejection?.type === 'Busy') return wait(context, away, rejection.code)
  return misfit(context, away, state)
}

/** Nobody is to commit it: the other platform gives back what it keeps, and refuses what may still arrive. */
async function cancel(context: Context, away: Away) {
  const reply = await say(context, away, 'cancel', { exchange: away.exchange })
  if (!('answer' in reply)) return wait(context, away, reply.code)
  const { state } = reply.answer
  if (state === 'ABORTED' || state === 'REFUSED') return end(context, away, { to: 'ABORTED', refusal: null })
  return misfit(context, away, state)
}

/**
 * Asks for a reversal, again and again until it is answered for good: it cannot be given up, for it may have been done. What
 * stands in its way is an answer, for the institution has to act: whoever hears of it at once may ask again, and whoever was
 * told to wait finds it as the refusal of the request.
 */
async function takeBack(context: Context, away: Away) {
  const { hot } = context.db
  const { operator } = away.asked as { readonly operator: object | null }
  const reply = await say(context, away, 'reverse', { exchange: away.exchange, of: away.of, operator })
  if (!('answer' in reply)) return wait(context, away, reply.code)
  const { state, rejection, settlement } = reply.answer
  if (state === 'COMMITTED') {
    const isWritten = await writeAwayReversal(context, away, settlement)
    if (isWritten && away.of !== null) await giveBudget(hot, { ...away, exchange: away.of })
    return written(away, isWritten)
  }
  if (rejection === null) return misfit(context, away, state)
  const refusal = toldRefusal(rejection, 'REVERSE')
  if (state === 'REFUSED' || !refusal.retryable) return end(context, away, { to: 'REFUSED', refusal })
  if (!isObstacle(refusal)) await wait(context, away, refusal.code)
  else if (away.attempts > 0 && away.caller !== UNCONFIRMED)
    return end(context, away, { to: 'REFUSED', refusal: standsInTheWay(refusal) })
  else await forgetAway(hot, away)
  throw refusal
}

/** The other platform has it, and it is written here: by this or by somebody else. */
function written(away: Away, isWritten: boolean): Away {
  if (!isWritten) throw Busy.of()
  return { ...away, state: 'COMMITTED' }
}

interface End {
  readonly to: 'REFUSED' | 'ABORTED'
  /** What the request is answered with; null when it has its answer. */
  readonly refusal: Rejection | null
}

/** It is over without a settlement, and nothing is kept anywhere. */
async function end(context: Context, away: Away, { to, refusal }: End): Promise<Away | 'CHANGED'> {
  const { state } = away
  if (state !== 'ASKED' && state !== 'COMMITTING' && state !== 'CANCELLING') return 'CHANGED'
  const request = refusal === null ? null : { outcome: 'REFUSED' as const, rejection: refusalOf(away, refusal).store() }
  const isOver = await endAway(context.db.hot, away, { from: state, to, request, at: context.now() })
  if (isOver) await giveBudget(context.db.hot, away)
  return isOver ? { ...away, state: to } : 'CHANGED'
}

/** Decides here that it is never committed. Only where nothing was ever said of it is that the end. */
async function giveUp(context: Context, away: Away, refusal: Rejection, isFirst: boolean): Promise<Away | 'CHANGED'> {
  if (isFirst) return end(context, away, { to: 'REFUSED', refusal })
  const request = { outcome: 'REFUSED' as const, rejection: refusalOf(away, refusal).store() }
  const isOn = await endAway(context.db.hot, away, { from: 'ASKED', to: 'CANCELLING', request, at: context.now() })
  return isOn ? { ...away, state: 'CANCELLING' } : 'CHANGED'
}

async function wait(context: Context, away: Away, trouble: string): Promise<null> {
  const seconds = Math.min(RETRY_SECONDS_MAX, RETRY_SECONDS * 2 ** Math.min(away.attempts, 6))
  await postpone(context.db.hot, away, { nextAt: context.now().add({ seconds }), trouble })
  return null
}

/** The other platform says what cannot be: nothing is done by rule any more, and it stands in the queue. */
async function misfit(context: Context, away: Away, state: string): Promise<null> {
  const { exchange, province } = away
  context.logger?.error({ exchange, province, here: away.state, there: state }, 'two platforms differ about a bill')
  const nextAt = context.now().add({ seconds: MISFIT_SECONDS })
  await postpone(context.db.hot, away, { nextAt, trouble: `THERE_${state}` })
  return null
}

type Said =
  | { readonly answer: AnswerRead }
  /** `isCertain`: it certainly moved nothing there. */
  | { readonly code: string; readonly isCertain: boolean }

/** An error of the other platform may have come after it did what was asked, and what it says it knows it may have done. */
const MAY_BE_DONE = new Set(['NOT_ANSWERED', 'MESSAGE_REPLAYED', 'MESSAGE_ID_REUSED'])

type OutgoingType = 'reserve' | 'commit' | 'cancel' | 'outcome' | 'reverse'

/** Says something to the other platform and reads what it answers. */
async function say(context: Context, away: Away, type: OutgoingType, message: object): Promise<Said> {
  const { provinces, logger } = context
  if (provinces === undefined) return { code: 'EXCHANGE_OFF', isCertain: true }
  const reply = await provinces.send({ province: away.province, type, message })
  if (reply.kind === 'UNREACHED') return { code: reply.code, isCertain: wasNeverSent(reply.code) }
  if (reply.kind === 'REFUSED') {
    const { province } = away
    logger?.warn({ exchange: away.exchange, province, type, code: reply.code }, 'another platform refused a message')
    return { code: reply.code, isCertain: !MAY_BE_DONE.has(reply.code) }
  }
  const read = answerRead.safeParse(reply.answer)
  if (read.success && read.data.exchange === away.exchange) return { answer: read.data }
  logger?.error({ exchange: away.exchange, province: away.province, type }, 'another platform answered out of form')
  return { code: 'ANSWER_FORM', isCertain: false }
}
