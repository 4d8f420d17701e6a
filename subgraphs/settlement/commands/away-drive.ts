import { Busy } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { homeAborted, homeAnswerWrong, homeUnreachable, owedFor } from '../domain/away.ts'
import { cancelReasonOf } from '../domain/cancel-reason.ts'
import { aboveLimit } from '../domain/prefund.ts'
import { visitOfAnother } from '../domain/refusals.ts'
import { faultsOfTold } from '../domain/told-check.ts'
import { isOfAnother, recordsOf } from '../domain/visit-elsewhere.ts'
import { identifiedBefore } from '../domain/visit-refusals.ts'
import { readSaidLines, type BillMessage } from '../peers/exchange-message.ts'
import { readToldId, tryTold, toldRefusal, type AnswerRead } from '../peers/exchange-read.ts'
import { notTaken } from '../peers/province.ts'
import { countOthers, findAway, isInsuredHere, toCommitting, type Away } from '../store/away.ts'
import { forgetAway } from '../store/away-end.ts'
import { takeBudget } from '../store/province-budget.ts'
import { findRequest } from '../store/requests.ts'
import { end, giveUp, misfit, noteWrong, RETRY_SECONDS, say, wait, written } from './away-step.ts'
import { takeBack } from './away-take-back.ts'
import { writeAway } from './away-write.ts'
import { heldIn } from './held-visit.ts'

/** What is said of a bill while its request is here: with the credential, which is kept nowhere. */
export interface Saying {
  readonly message: BillMessage
  /** Nothing was said of it before. */
  readonly isFirst: boolean
}

/** As many steps as there can be, and some for those who work on the same bill. */
const STEPS_MAX = 20

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
    const now = next === 'CHANGED' ? await findAway(context.db.hot, away.exchange) : next
    // Somebody else was told that nothing was taken, and forgot it.
    if (now === null) throw Busy.of()
    away = now
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
  if (reply.code === 'BUSY') return waitFor(context, away, isFirst)
  // What certainly never reached anybody needs nobody to forget it.
  if (reply.isCertain) return giveUp(context, away, notTaken(reply.code), isFirst)
  return wait(context, away, reply.code)
}

/** Taken nothing of it this time: the same request may come again, or goes on with what it has led to. */
async function waitFor(context: Context, away: Away, isFirst: boolean): Promise<null> {
  if (!isFirst) return wait(context, away, 'BUSY')
  await forgetAway(context.db.hot, away)
  throw notTaken('BUSY')
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
  const { hot, apart } = context.db
  const { state, rejection, settlement } = answer
  if (state === 'RESERVED' || state === 'COMMITTED') {
    const told = tryTold(settlement)
    const said = { province: away.province, lines: readSaidLines(away.asked) }
    const faults = told === null ? ['form'] : faultsOfTold(told, said)
    if (told === null || faults.length > 0) return disbelieve(context, away, faults)
    const { insuredId } = told
    if (isOfAnother(heldIn(away), told)) return giveUp(context, away, identifiedBefore(), false)
    // Before it is on record that the bill is to be committed.
    const amount = owedFor(told)
    const isWithin = await takeBudget(apart, { ...away, amount })
    // This side has not said so: whoever owes does not decide alone that it is more than was agreed on.
    if (!isWithin)
      return state === 'COMMITTED' ? misfit(context, away, state) : giveUp(context, away, aboveLimit(), false)
    const nextAt = context.now().add({ seconds: RETRY_SECONDS })
    const isFree = amount <= 0n
    const records = recordsOf(told)
    const isOn = await toCommitting(hot, away, { answer: settlement, insuredId, records, nextAt, isFree })
    if (isOn) return { ...away, state: 'COMMITTING' as const, answer: settlement, insuredId }
    if (await isInsuredHere(hot, insuredId, away.province)) return disbelieve(context, away, ['insuredId'])
    const others = await countOthers(hot, away, recordsOf(told))
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

/** Home is told to give back what it keeps for a bill whose amounts cannot be, and staff find it in the queue. */
async function disbelieve(context: Context, away: Away, faults: readonly string[]) {
  await noteWrong(context, away, faults, RETRY_SECONDS)
  return giveUp(context, away, homeAnswerWrong(), false)
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

/** With the reason the window was given, where that lets the person claim at home what was reserved. */
async function sayCancelled(context: Context, away: Away) {
  const { exchange } = away
  const recorded = await findRequest(context.db.hot, away)
  const reason = cancelReasonOf(recorded?.result?.rejection?.code)
  if (reason !== null) {
    const reply = await say(context, away, 'cancel', { exchange, reason })
    // A platform that knows no reasons, or not this one, has taken nothing of it.
    if (!('answer' in reply) || reply.answer.rejection?.type !== 'InvalidInput') return reply
  }
  return say(context, away, 'cancel', { exchange })
}

/** Nobody is to commit it: the other platform gives back what it keeps, and refuses what may still arrive. */
async function cancel(context: Context, away: Away) {
  const reply = await sayCancelled(context, away)
  if (!('answer' in reply)) return wait(context, away, reply.code)
  const { state, rejection } = reply.answer
  if (state === 'ABORTED' || state === 'REFUSED') return end(context, away, { to: 'ABORTED', refusal: null })
  if (rejection?.type === 'Busy') return wait(context, away, rejection.code)
  return misfit(context, away, state)
}
