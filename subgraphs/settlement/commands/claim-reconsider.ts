import { NotAllowed } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { requireUninvolved } from '../domain/claim-duty.ts'
import { readClaimWords } from '../domain/claim-review.ts'
import { stepsBy } from '../store/claim.ts'
import { findOpenAppeal } from '../store/claim-review.ts'
import { reviewAnew } from './claim-appeal.ts'
import { CLAIM_ID, stepOf, type ClaimAsked } from './claim-step.ts'

interface ReconsiderAsked extends ClaimAsked {
  /** Why, as the person reads it. */
  readonly words: string
}

/** A claim that was settled, before it was paid or after. */
const SETTLED = {
  from: ['APPROVED', 'PAYMENT_RETURNED', 'PAID'],
  kind: 'RECONSIDERED',
  template: 'reconsidered',
} as const

/**
 * Takes back what a claim was settled with, though nobody has appealed, so that it is reviewed anew: it came out afterwards that it may
 * have been paid twice, or decided wrongly. By somebody who took no part in what was decided. Answers the id of the claim.
 */
export const reconsiderClaim = (context: Context, asked: ReconsiderAsked): Promise<string> =>
  stepOf(context, 'reconsiderClaim', asked, async (stepping) => {
    const { tx, claim, by } = stepping
    requireUninvolved(await stepsBy(tx, claim, by), CLAIM_ID)
    if ((await findOpenAppeal(tx, claim)) !== null) throw appealOpen()
    await reviewAnew(context, stepping, { ...SETTLED, words: readClaimWords('words', asked.words) })
  })

const appealOpen = (): NotAllowed =>
  NotAllowed.at(CLAIM_ID, 'APPEAL_OPEN', {
    zh: '该申请有待答复的申诉，请答复申诉',
    en: 'the person has appealed: answer the appeal instead',
  })
