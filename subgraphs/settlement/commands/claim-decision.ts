import assert from 'node:assert/strict'
import { newId } from '@yibao/drizzle/uuid'
import type { Context } from '../context.ts'
import {
  BY_RULE,
  needsSecond,
  readClaimWords,
  readProposal,
  requireOther,
  requireState,
  takenBy,
  type Proposal,
  type ProposalInput,
} from '../domain/claim-review.ts'
import { secondAbove } from '../domain/claim-rules.ts'
import { stepClaim } from '../store/claim.ts'
import { freeKeys } from '../store/claim-keys.ts'
import { addDecision, answerProposal, findProposal, listLineReviews } from '../store/claim-review.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { dueOfClaim, stopClaimClock } from './claim-clock.ts'
import { requirePlace } from './claim-place.ts'
import { settleClaim } from './claim-settle.ts'
import { appealUntil, endClocks } from './claim-settled.ts'
import { CLAIM_ID, reviewOf, type ClaimAsked, type ClaimStepping } from './claim-step.ts'
import { tellClaimant, tellClaimStaff } from './claim-tell.ts'

/** Words of the agency as they stand in the history: it writes in one language. */
export const said = (words: string) => ({ zh: words, en: words })

/**
 * Says what is to become of a claim. Above the amount of the pool somebody else looks at it before it counts, else it is
 * decided. Answers its id.
 */
export async function proposeClaimDecision(context: Context, asked: ClaimAsked & ProposalInput): Promise<string> {
  const id = await reviewOf(context, 'proposeClaimDecision', asked, async (stepping) => {
    const { tx, claim, by, at } = stepping
    requireState(claim, ['ACCEPTED'], CLAIM_ID)
    const assignee = takenBy(claim, by, CLAIM_ID)
    const proposal = readProposal(asked, claim.content.lines ?? [], await listLineReviews(tx, [claim.id]))
    if (proposal.outcome !== 'REJECT') await requirePlace(tx, claim, at)
    const alone = !needsSecond(claim, secondAbove(claimRulesOf(claim.pool)))
    await addDecision(tx, {
      ...decisionOf(stepping, proposal),
      ...(alone && { confirmedBy: BY_RULE, confirmedAt: at }),
    })
    if (alone) return decide(stepping, proposal, assignee)
    const proposed = await stepClaim(tx, claim, {
      to: 'PROPOSED',
      path: CLAIM_ID,
      kind: 'PROPOSED',
      at,
      by,
      set: { assignee },
    })
    const data = await dueOfClaim(tx, claim)
    await tellClaimant(tx, proposed, { template: 'proposed', at, data })
    await tellClaimStaff(tx, proposed, { template: 'to-confirm', at, data })
  })
  await settleNow(context, id)
  return id
}

/** Confirms what somebody else proposed: it counts. Answers the id of the claim. */
export async function confirmClaimDecision(context: Context, asked: ClaimAsked): Promise<string> {
  const id = await reviewOf(context, 'confirmClaimDecision', asked, async (stepping) => {
    const { tx, claim, by, at } = stepping
    requireState(claim, ['PROPOSED'], CLAIM_ID)
    const proposal = await findProposal(tx, claim)
    assert(proposal !== null, 'a proposed claim has its proposal')
    requireOther(proposal.proposedBy, by, CLAIM_ID)
    await answerProposal(tx, proposal.id, { confirmedBy: by, confirmedAt: at })
    const { outcome, ground, words } = proposal
    assert(outcome !== 'NOT_ACCEPT', 'what is not accepted is not proposed')
    await decide(stepping, { outcome, ground, words: words?.zh ?? null }, claim.assignee)
  })
  await settleNow(context, id)
  return id
}

/** Settles what was decided at once; what cannot be settled now the worker goes on with. */
const settleNow = (context: Context, id: string): Promise<void> =>
  settleClaim(context, { id }).catch((error: unknown) => {
    context.logger?.warn({ err: error, claim: id }, 'a decided claim is settled later')
  })

/** Does not confirm what was proposed: it goes back to the reviewer, who is told why. Answers the id of the claim. */
export const sendBackClaimDecision = (
  context: Context,
  asked: ClaimAsked & { readonly words: string },
): Promise<string> =>
  reviewOf(context, 'sendBackClaimDecision', asked, async ({ tx, claim, by, at }) => {
    requireState(claim, ['PROPOSED'], CLAIM_ID)
    const sentBackWords = readClaimWords('words', asked.words)
    const proposal = await findProposal(tx, claim)
    assert(proposal !== null, 'a proposed claim has its proposal')
    await answerProposal(tx, proposal.id, { sentBackBy: by, sentBackAt: at, sentBackWords })
    const back = await stepClaim(tx, claim, { to: 'ACCEPTED', path: CLAIM_ID, kind: 'SENT_BACK', at, by })
    const data = await dueOfClaim(tx, claim)
    await tellClaimant(tx, back, { template: 'sent-back', at, data })
    await tellClaimStaff(tx, back, { template: 'to-review-again', at, data })
  })

/** A decision as it is written down. */
export const decisionOf = (
  { claim, by, at }: ClaimStepping,
  {
    outcome,
    ground,
    words,
  }: Pick<Proposal, 'ground' | 'words'> & { readonly outcome: Proposal['outcome'] | 'NOT_ACCEPT' },
) => ({
  id: newId(),
  insuredId: claim.insuredId,
  claimId: claim.id,
  outcome,
  ground,
  words: words === null ? null : said(words),
  proposedBy: by,
  proposedAt: at,
})

async function decide(
  stepping: ClaimStepping,
  { outcome, ground, words }: Proposal,
  assignee: string | null,
): Promise<void> {
  const { tx, claim, by, at } = stepping
  if (outcome === 'REJECT') return refuseForGood(stepping, { to: 'REJECTED', assignee, ground, words })
  const kind = outcome === 'APPROVE' ? 'DECIDED' : 'DECIDED_IN_PART'
  const decided = await stepClaim(tx, claim, {
    to: 'SETTLING',
    path: CLAIM_ID,
    kind,
    at,
    by,
    ...(words !== null && { words: said(words) }),
    set: { assignee, decidedAt: at },
  })
  await stopClaimClock(tx, claim, 'DECISION', at)
  await tellClaimant(tx, decided, { template: 'settling', at })
}

interface Refusing {
  readonly to: 'REJECTED' | 'NOT_ACCEPTED'
  readonly assignee: string | null
  readonly ground: string | null
  readonly words: string | null
}

/** Ends a claim against the person: what it held is free again, and it can be appealed against. */
export async function refuseForGood(
  { tx, claim, by, at }: ClaimStepping,
  { to, assignee, ground, words }: Refusing,
): Promise<void> {
  const refused = await stepClaim(tx, claim, {
    to,
    path: CLAIM_ID,
    kind: to,
    at,
    by,
    ...(words !== null && { words: said(words) }),
    data: { ground },
    set: { assignee, decidedAt: at },
  })
  await freeKeys(tx, claim)
  await endClocks(tx, refused, at)
  const until = appealUntil(claim, at).toString()
  await tellClaimant(tx, refused, { template: to === 'REJECTED' ? 'rejected' : 'not-accepted', at, data: { until } })
}
