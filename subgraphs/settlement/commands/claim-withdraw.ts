import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import type { Context } from '../context.ts'
import { mayGo, stepNotAllowed } from '../domain/claim.ts'
import { requireVersion } from '../domain/claim-review.ts'
import { stepClaim } from '../store/claim.ts'
import { freeKeys } from '../store/claim-keys.ts'
import { claimantOf, findOwnClaim } from './claim-draft.ts'
import { endClocks } from './claim-settled.ts'
import type { SubmitAsked } from './claim-submit.ts'
import { tellClaimant } from './claim-tell.ts'

/** Takes a claim back while nothing is decided: its invoices and papers are free for another. Answers its id. */
export async function withdrawClaim(context: Context, { requestId, ...asked }: SubmitAsked): Promise<string> {
  const identity = claimantOf(context)
  const at = context.now()
  const request = { identity, requestId, operation: 'withdrawClaim', input: asked, now: at }
  const { id } = await once(context.db, request, async (tx) => {
    const claim = await findOwnClaim(tx, identity, asked.claimId)
    requireVersion(claim, asked.version)
    if (!mayGo(claim.state, 'WITHDRAWN')) throw stepNotAllowed('claimId', claim)
    const step = { path: 'claimId', kind: 'WITHDRAWN', at, by: callerOf(identity) }
    const withdrawn = await stepClaim(tx, claim, { ...step, to: 'WITHDRAWN' })
    if (claim.state === 'DRAFT') return { id: claim.id }
    await freeKeys(tx, claim)
    await endClocks(tx, withdrawn, at)
    await tellClaimant(tx, withdrawn, { template: 'withdrawn', at })
    return { id: claim.id }
  })
  return id
}
