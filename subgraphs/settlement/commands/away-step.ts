import { Busy, type Rejection } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { answerRead, type AnswerRead } from '../peers/exchange-read.ts'
import { wasNeverSent } from '../peers/province.ts'
import { postpone, type Away } from '../store/away.ts'
import { endAway } from '../store/away-end.ts'
import { giveBudget } from '../store/province-budget.ts'
import { refusalOf } from './held-visit.ts'

// What steps of a bill of a person insured elsewhere come to: something is said, and it goes on, waits, or is over.

/** The first try after one that came to nothing, and the longest between two, in seconds. */
export const RETRY_SECONDS = 2
const RETRY_SECONDS_MAX = 60
/** What does not fit is looked at by people, and tried again meanwhile. */
const MISFIT_SECONDS = 600

/** The other platform has it, and it is written here: by this or by somebody else. */
export function written(away: Away, isWritten: boolean): Away {
  if (!isWritten) throw Busy.of()
  return { ...away, state: 'COMMITTED' }
}

interface End {
  readonly to: 'REFUSED' | 'ABORTED'
  /** What the request is answered with; null when it has its answer. */
  readonly refusal: Rejection | null
}

/** It is over without a settlement, and nothing is kept anywhere. */
export async function end(context: Context, away: Away, { to, refusal }: End): Promise<Away | 'CHANGED'> {
  const { state } = away
  if (state !== 'ASKED' && state !== 'COMMITTING' && state !== 'CANCELLING') return 'CHANGED'
  const request = refusal === null ? null : { outcome: 'REFUSED' as const, rejection: refusalOf(away, refusal).store() }
  const isOver = await endAway(context.db.hot, away, { from: state, to, request, at: context.now() })
  if (isOver) await giveBudget(context.db.apart, away)
  return isOver ? { ...away, state: to } : 'CHANGED'
}

/** Decides here that it is never committed. Only where nothing was ever said of it is that the end. */
export async function giveUp(
  context: Context,
  away: Away,
  refusal: Rejection,
  isFirst: boolean,
): Promise<Away | 'CHANGED'> {
  if (isFirst) return end(context, away, { to: 'REFUSED', refusal })
  const request = { outcome: 'REFUSED' as const, rejection: refusalOf(away, refusal).store() }
  const isOn = await endAway(context.db.hot, away, { from: 'ASKED', to: 'CANCELLING', request, at: context.now() })
  return isOn ? { ...away, state: 'CANCELLING' } : 'CHANGED'
}

export async function wait(context: Context, away: Away, trouble: string): Promise<null> {
  const seconds = Math.min(RETRY_SECONDS_MAX, RETRY_SECONDS * 2 ** Math.min(away.attempts, 6))
  await postpone(context.db.hot, away, { nextAt: context.now().add({ seconds }), trouble })
  return null
}

/** The other platform says what cannot be: nothing is done by rule any more, and it stands in the queue. */
export async function misfit(context: Context, away: Away, state: string): Promise<null> {
  const { exchange, province } = away
  context.logger?.error({ exchange, province, here: away.state, there: state }, 'two platforms differ about a bill')
  const nextAt = context.now().add({ seconds: MISFIT_SECONDS })
  await postpone(context.db.hot, away, { nextAt, trouble: `THERE_${state}` })
  return null
}

/** What the other platform told cannot be: it is logged with what of it, and stands in the queue. */
export async function noteWrong(context: Context, away: Away, faults: readonly string[], seconds = MISFIT_SECONDS) {
  const { exchange, province } = away
  context.logger?.error({ exchange, province, faults }, 'another platform told of a bill what cannot be')
  await postpone(context.db.hot, away, { nextAt: context.now().add({ seconds }), trouble: 'HOME_ANSWER_WRONG' })
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
export async function say(context: Context, away: Away, type: OutgoingType, message: object): Promise<Said> {
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
