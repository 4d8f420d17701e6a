import { fenOf, portion, ZERO, type Fen, type Rate } from '@yibao/schema/money'
import { NotAllowed } from '@yibao/schema/rejection'
import { hundredths } from './clearing-rules.ts'
import { WORDS } from './deduction.ts'
import { POINTS, readScore, type Score, type ScoreInput } from './deposit.ts'
import { Fields } from './fields.ts'

export interface CorrectScoreInput extends ScoreInput {
  /** The score that is wrong, as it stands: who has not seen a correction meanwhile does not undo it. */
  readonly was: string
  readonly reason: string
}

export interface ScoreCorrection extends Score {
  readonly was: number
  readonly reason: string
}

/** Reads the correction of a score. Throws InvalidInput, NotAllowed while the year is not over. */
export function readCorrection(input: CorrectScoreInput, now: Temporal.Instant): ScoreCorrection {
  const fields = new Fields()
  const within = fields.within('input')
  const was = within.text('was', input.was, { max: 6, ...POINTS })
  const reason = within.words('reason', input.reason, WORDS)
  fields.check()
  return { ...readScore(input, now), was: hundredths(was ?? '0'), reason: reason ?? '' }
}

/** What goes back of a deposit, and how far it has gone. */
export interface Going {
  readonly amount: Fen
  /** What of the amount was paid before, by a score that was corrected. */
  readonly settled: Fen
  readonly state: 'OPEN' | 'PAYING' | 'PAID' | 'FORFEITED' | 'CORRECTED'
}

/** What goes back by another score, and how much of that is paid already. */
export type Corrected = Pick<Going, 'amount' | 'settled'> & { readonly state: 'OPEN' | 'PAID' }

/**
 * What replaces a release when its score is corrected: the share of the new score of what was kept. What the bank has paid
 * of the earlier one, and of what was decided about its rest, stays paid and counts against it, so that what is left to pay
 * may be less than nothing and is set off against what follows. None of the two may be on its way to the bank.
 */
export function correctedRelease(kept: Fen, share: Rate, release: Going, decision: Going | null): Corrected {
  const settled = fenOf(paidOf(release) + (decision === null ? ZERO : paidOf(decision)))
  const amount = portion(kept, share)
  return { amount, settled, state: amount === settled ? 'PAID' : 'OPEN' }
}

const paidOf = ({ amount, settled, state }: Going): Fen => (state === 'PAID' ? amount : settled)

export const notScored = (): NotAllowed =>
  NotAllowed.at('input.year', 'NOT_SCORED', {
    zh: '该年度没有可更正的评分；请以 scoreInstitution 录入评分',
    en: 'the year has no score to correct; give it one by scoreInstitution',
  })

export const scoredMeanwhile = (score: number): NotAllowed =>
  NotAllowed.at('input.was', 'SCORED_OTHERWISE', {
    zh: `该年度现有评分为 ${pointsOf(score)}，可能已由他人更正；请核对后以现有评分再次提交`,
    en: `the year's score is ${pointsOf(score)}; somebody may have corrected it. Look at it and ask again with that score`,
  })

export const sameScore = (): NotAllowed =>
  NotAllowed.at('input.score', 'SAME_SCORE', {
    zh: '与现有评分相同，无需更正',
    en: 'is the score the year has; there is nothing to correct',
  })

export const beingPaid = (batch: string): NotAllowed =>
  NotAllowed.at('input.year', 'BEING_PAID', {
    zh: `该年度的保证金已在拨付批次 ${batch} 中送银行；请先读入该批次的银行结果（importPaymentResult），再更正评分`,
    en: `deposits of the year are with the bank in batch ${batch}; read its result (importPaymentResult) first, then correct the score`,
  })

/** The bank says it was paid after it had rejected it: until that is decided nobody knows what counts against the new one. */
export const paymentUndecided = (): NotAllowed =>
  NotAllowed.at('input.year', 'PAYMENT_UNDECIDED', {
    zh: '银行称该年度保证金退回后又已付，尚未处理；请先处理（decidePaymentReturn），再更正评分',
    en: 'the bank says that deposits of the year were paid after it had rejected them; decide that first (decidePaymentReturn), then correct the score',
  })

/** Points as they are written: `58.50`. */
export const pointsOf = (score: number): string => `${Math.floor(score / 100)}.${String(score % 100).padStart(2, '0')}`
