import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { formatYuan } from '@yibao/schema/money'
import type { Context } from '../context.ts'
import { stepNotAllowed } from '../domain/claim.ts'
import { requireVersion } from '../domain/claim-review.ts'
import { stepClaim } from '../store/claim.ts'
import { readAreas, withDisease } from './claim-case.ts'
import { dueOf, startClaimClock } from './claim-clock.ts'
import { claimantOf, findOwnClaim } from './claim-draft.ts'
import { useClaimPapers } from './claim-papers.ts'
import { precheckNow } from './claim-precheck.ts'
import { tellClaimant, tellClaimStaff } from './claim-tell.ts'
import { checkClaim, hold, policyOf } from './claim-whole.ts'

export interface SubmitAsked {
  readonly requestId: string
  readonly claimId: string
  readonly version: number
}

/**
 * Submits a draft: everything is checked, the papers are bound, invoices and visit are held for it, and the clock of the agency
 * begins. All of it or nothing; answers the id of the claim.
 *
 * @throws InvalidInput for faults of the fields; NotAllowed when a condition is not met, a paper is missing, or it was paid already
 */
export async function submitClaim(context: Context, { requestId, ...asked }: SubmitAsked): Promise<string> {
  const identity = claimantOf(context)
  const at = context.now()
  const areaOf = await readAreas(context)
  const policy = await policyOf(context, asked)
  const request = { identity, requestId, operation: 'submitClaim', input: asked, now: at }
  const { id } = await once(context.db, request, async (tx) => {
    const draft = await withDisease(tx, await findOwnClaim(tx, identity, asked.claimId))
    requireVersion(draft, asked.version)
    if (draft.state !== 'DRAFT') throw stepNotAllowed('claimId', draft)
    const { claim, facts, kind, whole } = await checkClaim(tx, draft, { areaOf, policy, at, now: at })
    await useClaimPapers(tx, claim, claim.content.papers, { at, path: 'papers' })
    await hold(tx, claim, whole)
    const submitted = await stepClaim(tx, draft, {
      to: 'SUBMITTED',
      path: 'claimId',
      kind: 'SUBMITTED',
      at,
      by: callerOf(identity),
      set: {
        pool: facts.pool,
        content: claim.content,
        kind: kind.code,
        rules: facts.rules.version,
        submittedAt: at,
      },
    })
    const clock = await startClaimClock(tx, submitted, {
      kind: 'DECISION',
      days: facts.rules.decision.workingDays,
      at,
    })
    const total = formatYuan(whole.total)
    await tellClaimant(tx, submitted, { template: 'submitted', at, data: { total, ...dueOf(clock) } })
    await tellClaimStaff(tx, submitted, { template: 'waiting', at, data: { ...dueOf(clock) } })
    return { id: submitted.id }
  })
  await precheckNow(context, id)
  return id
}
