import type { Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import type { Context } from '../context.ts'
import type { Claim } from '../domain/claim.ts'
import { isPayablePlace } from '../domain/claim-condition.ts'
import { placeKnown, readConfirmed, requirePayablePlace } from '../domain/claim-place.ts'
import { readClaimWords, requireState, takenBy } from '../domain/claim-review.ts'
import type { Maybe } from '../domain/fields.ts'
import { stepClaim } from '../store/claim.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { caseOfClaim, isRegistered } from './claim-case.ts'
import { said } from './claim-decision.ts'
import { CLAIM_ID, reviewOf, type ClaimAsked } from './claim-step.ts'

interface ConfirmAsked extends ClaimAsked {
  readonly designated: boolean
  /** Nobody could find it out when left out. */
  readonly level?: Maybe<string>
  /** How it was found out. */
  readonly words: string
}

/** Says whether the place of a claim is designated, and of which level: until then only the claimant does. Answers the id of the claim. */
export const confirmClaimPlace = (context: Context, asked: ConfirmAsked): Promise<string> =>
  reviewOf(context, 'confirmClaimPlace', asked, async ({ tx, claim, by, at }) => {
    requireState(claim, ['SUBMITTED', 'ACCEPTED'], CLAIM_ID)
    const assignee = takenBy(claim, by, CLAIM_ID)
    const { place } = claim.content
    if (place === undefined || (await isRegistered(tx, claim))) throw placeKnown()
    const confirmed = readConfirmed(asked)
    const words = said(readClaimWords('words', asked.words))
    const set = { assignee, content: { ...claim.content, place: { ...place, confirmed } } }
    const data = { designated: confirmed.designated, level: confirmed.level }
    await stepClaim(tx, claim, { path: CLAIM_ID, kind: 'PLACE_CONFIRMED', at, by, words, data, set })
  })

/** @throws NotAllowed while nobody has found out that anything is paid of care at the place of a claim */
export async function requirePlace(tx: Tx, claim: Claim, at: Temporal.Instant): Promise<void> {
  // What the register has was looked at when it was submitted.
  if (await isRegistered(tx, claim)) return
  const one = caseOfClaim(claim, dayOf(at))
  requirePayablePlace(isPayablePlace(one, { rules: claimRulesOf(claim.pool), agreements: [] }))
}
