import type { NotAllowed } from '@yibao/schema/rejection'
import { homeAnswerWrong } from './away.ts'
import { aboveLimit } from './prefund.ts'

/**
 * Why the place of treatment gives up a bill that home has reserved, where the person is told to claim it by hand: the code its
 * window hears, and no other.
 */
export const CANCEL_REASONS = ['PROVINCE_LIMIT', 'HOME_ANSWER_WRONG'] as const
export type CancelReason = (typeof CANCEL_REASONS)[number]

/** The reason a refusal at the window is for home; null for one that has nothing to be claimed there. */
export const cancelReasonOf = (code: string | undefined): CancelReason | null =>
  CANCEL_REASONS.find((one) => one === code) ?? null

/** The same in words: each platform has its own. */
export const cancelledFor = (reason: CancelReason): NotAllowed =>
  reason === 'PROVINCE_LIMIT' ? aboveLimit() : homeAnswerWrong()
