import { callerOf } from '@yibao/schema/identity'
import { NotAllowed } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { ClaimCorrection, ClaimPaper } from '../domain/claim.ts'
import {
  BY_RULE,
  readClaimWords,
  readGround,
  readLineReviews,
  readWantedPapers,
  requireReturnable,
  requireState,
  takenBy,
  type LineReviewInput,
} from '../domain/claim-review.ts'
import type { Maybe } from '../domain/fields.ts'
import { listClaimEvents, stepClaim } from '../store/claim.ts'
import { findLastClock } from '../store/claim-clock.ts'
import { addDecision, answerProposal, findProposal, isKnownStaff, putLineReviews } from '../store/claim-review.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { dueOf, dueOfClaim, isOver, pauseClaimClock, startClaimClock } from './claim-clock.ts'
import { decisionOf, refuseForGood, said } from './claim-decision.ts'
import { CLAIM_ID, requireReviewer, reviewOf, stepOf, type ClaimAsked } from './claim-step.ts'
import { tellClaimant } from './claim-tell.ts'
import { staffOf } from './monthly-statement.ts'

interface AssignAsked extends ClaimAsked {
  /** Who has it from now on, by account; whoever asks when left out. */
  readonly to?: Maybe<string>
  /** Why it is taken from somebody who has it. */
  readonly reason?: Maybe<string>
}

/** Gives a claim to a reviewer of the pool, or takes it over; answers its id. */
export const assignClaim = (context: Context, asked: AssignAsked): Promise<string> =>
  stepOf(context, 'assignClaim', asked, async ({ tx, claim, by, at }) => {
    requireState(claim, ['SUBMITTED', 'RETURNED', 'ACCEPTED', 'PROPOSED'], CLAIM_ID)
    const staff = staffOf(context)
    const assignee = asked.to == null ? by : callerOf({ ...staff, subject: readAccount(asked.to) })
    if (assignee === claim.assignee) {
      throw NotAllowed.at('to', 'ASSIGNED_ALREADY', { zh: '该申请已由其经办', en: 'has the claim already' })
    }
    if (assignee !== by && !(await isKnownStaff(tx, assignee))) throw unknownStaff()
    await requireReviewer(tx, claim, { by: assignee, path: 'to' })
    const reason = claim.assignee === null || claim.assignee === by ? null : readClaimWords('reason', asked.reason)
    const data = { from: claim.assignee, to: assignee, ...(reason !== null && { reason }) }
    await stepClaim(tx, claim, { path: CLAIM_ID, kind: 'ASSIGNED', at, by, data, set: { assignee } })
  })

/** Who works in which pool the tokens say; known is who has asked for something here as its staff. */
const unknownStaff = (): NotAllowed =>
  NotAllowed.at('to', 'UNKNOWN_STAFF', {
    zh: '该账号未在本统筹区办理过业务；请由其本人先行领办',
    en: 'nobody of this account has worked for the pool; who is new takes a claim over in person first',
  })

/** An account of staff, as tokens name them. @throws InvalidInput */
const readAccount = (to: string): string => readClaimWords('to', to)

/** Accepts a claim (受理): its papers are whole, it will be decided. Answers its id. */
export const acceptClaim = (context: Context, asked: ClaimAsked): Promise<string> =>
  reviewOf(context, 'acceptClaim', asked, async ({ tx, claim, by, at }) => {
    requireState(claim, ['SUBMITTED'], CLAIM_ID)
    const set = { assignee: takenBy(claim, by, CLAIM_ID), acceptedAt: claim.acceptedAt ?? at }
    const accepted = await stepClaim(tx, claim, { to: 'ACCEPTED', path: CLAIM_ID, kind: 'ACCEPTED', at, by, set })
    await tellClaimant(tx, accepted, { template: 'accepted', at, data: await dueOfClaim(tx, claim) })
  })

interface RefuseAsked extends ClaimAsked {
  readonly legalGround: string
  readonly words: string
}

/** Does not accept a claim (不予受理), by law and in words. Papers that never came are a ground once their time is over. */
export const refuseAcceptance = (context: Context, asked: RefuseAsked): Promise<string> =>
  reviewOf(context, 'refuseAcceptance', asked, async ({ tx, claim, by, at }) => {
    requireState(claim, ['SUBMITTED', 'RETURNED'], CLAIM_ID)
    const assignee = takenBy(claim, by, CLAIM_ID)
    const { ground, words } = readGround(asked, true)
    if (claim.state === 'RETURNED') {
      const clock = await findLastClock(tx, claim, 'SUPPLEMENT')
      if (clock !== null && !isOver(clock, at)) throw stillSupplying(dueOf(clock).due)
    }
    const decision = decisionOf({ tx, claim, by, at }, { outcome: 'NOT_ACCEPT', ground, words })
    await addDecision(tx, { ...decision, confirmedBy: BY_RULE, confirmedAt: at })
    await refuseForGood({ tx, claim, by, at }, { to: 'NOT_ACCEPTED', assignee, ground, words })
  })

const stillSupplying = (due: string) =>
  NotAllowed.at(
    CLAIM_ID,
    'SUPPLEMENT_RUNS',
    { zh: `补正期限至 ${due}，尚未届满`, en: `papers can still be supplied until ${due}` },
    { due },
  )

interface ReturnAsked extends ClaimAsked {
  readonly papers: readonly ClaimPaper[]
  /** What is to be put right. */
  readonly corrections?: Maybe<readonly ClaimCorrection[]>
  readonly words: string
}

/** Asks for more papers, or for something to be put right: the clock of the agency stands still for that reason, that of the person begins. */
export const returnClaim = (context: Context, asked: ReturnAsked): Promise<string> =>
  reviewOf(context, 'returnClaim', asked, async ({ tx, claim, by, at }) => {
    requireState(claim, ['SUBMITTED', 'ACCEPTED', 'PROPOSED'], CLAIM_ID)
    const { supplement, returns } = claimRulesOf(claim.pool)
    requireReturnable(await listClaimEvents(tx, [claim.id]), returns.most, CLAIM_ID)
    const words = readClaimWords('words', asked.words)
    const corrections = [...new Set(asked.corrections ?? [])]
    const papers = readWantedPapers(asked.papers, 'papers', { mayBeNone: corrections.length > 0 })
    const proposal = await findProposal(tx, claim)
    // Whoever looks at a proposal for the second time asks in the name of the reviewer, to whom it comes back.
    const assignee = proposal === null ? takenBy(claim, by, CLAIM_ID) : claim.assignee
    if (proposal !== null) {
      await answerProposal(tx, proposal.id, { sentBackBy: by, sentBackAt: at, sentBackWords: words })
    }
    const returned = await stepClaim(tx, claim, {
      to: 'RETURNED',
      path: CLAIM_ID,
      kind: 'RETURNED',
      at,
      by,
      words: said(words),
      data: { papers, corrections },
      set: { assignee },
    })
    await pauseClaimClock(tx, claim, 'DECISION', at, said(words))
    const clock = await startClaimClock(tx, claim, { kind: 'SUPPLEMENT', days: supplement.workingDays, at })
    await tellClaimant(tx, returned, { template: 'returned', at, data: dueOf(clock) })
  })

interface LinesAsked extends ClaimAsked {
  readonly lines: readonly LineReviewInput[]
}

/** Says of lines what may be paid of them and why not all; what was said of the same lines before is replaced. */
export const reviewClaimLines = (context: Context, asked: LinesAsked): Promise<string> =>
  reviewOf(context, 'reviewClaimLines', asked, async ({ tx, claim, by, at }) => {
    requireState(claim, ['ACCEPTED'], CLAIM_ID)
    const assignee = takenBy(claim, by, CLAIM_ID)
    const reviews = readLineReviews(asked.lines, claim.content.lines ?? [])
    const data = { lines: reviews.map(({ serial }) => serial) }
    await stepClaim(tx, claim, { path: CLAIM_ID, kind: 'LINES_REVIEWED', at, by, data, set: { assignee } })
    await putLineReviews(tx, claim, reviews, { by, at })
  })
