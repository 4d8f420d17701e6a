import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import type { Context } from '../context.ts'
import { claimNotFound, type Claim } from '../domain/claim.ts'
import { requireNotApplied, requireNotDecidedBefore } from '../domain/claim-duty.ts'
import { requireVersion } from '../domain/claim-review.ts'
import { findClaim, listClaimEvents, stepsBy } from '../store/claim.ts'
import { findRecords } from '../store/own-records.ts'

/** Which claim a step is about, as the caller has seen it. */
export interface ClaimAsked {
  readonly requestId: string
  readonly claimId: string
  readonly version: number
}

/** A step of a claim under way: in its transaction, on the claim as it is. */
export interface ClaimStepping {
  readonly tx: Tx
  readonly claim: Claim
  readonly by: string
  readonly at: Temporal.Instant
}

/** The field a claim is named by. */
export const CLAIM_ID = 'claimId'

/**
 * Takes one step of a claim, once for each request, on the version the caller has seen; answers its id. A claim the caller may
 * not see is not there. Who asks is a person about their own, or staff of the pool.
 *
 * @throws ClaimChanged when it is no longer that version
 */
export async function stepOf(
  context: Context,
  operation: string,
  asked: ClaimAsked,
  take: (stepping: ClaimStepping) => Promise<unknown>,
): Promise<string> {
  const { identity } = context
  assert(identity !== null, 'the schema lets nobody else in')
  const at = context.now()
  const { requestId, ...input } = asked
  const done = await once(context.db, { identity, requestId, operation, input, now: at }, async (tx) => {
    const claim = await findTheirs(tx, identity, asked.claimId)
    requireVersion(claim, asked.version)
    await take({ tx, claim, by: callerOf(identity), at })
    return { id: claim.id }
  })
  return done.id
}

/** Takes one step of the review of a claim, by somebody who may review it. Answers its id. */
export const reviewOf = (
  context: Context,
  operation: string,
  asked: ClaimAsked,
  take: (stepping: ClaimStepping) => Promise<unknown>,
): Promise<string> =>
  stepOf(context, operation, asked, async (stepping) => {
    const { tx, claim, by } = stepping
    await requireReviewer(tx, claim, { by, path: CLAIM_ID })
    await take(stepping)
  })

/**
 * Whoever acts for the claimant reviews nothing of a claim, nor does, once what was decided is taken back, whoever decided it before
 * or has taken it back unasked.
 *
 * @throws NotAllowed
 */
export async function requireReviewer(
  tx: Tx,
  claim: Claim,
  { by, path }: { readonly by: string; readonly path: string },
): Promise<void> {
  requireNotApplied(await stepsBy(tx, claim, by), path)
  requireNotDecidedBefore(await listClaimEvents(tx, [claim.id]), by, path)
}

/** @throws NotFound */
async function findTheirs(tx: Tx, identity: Identity, id: string): Promise<Claim> {
  const found = uuidFault(id) === null ? await findClaim(tx, id.toLowerCase()) : null
  if (found === null || !(await isTheirs(tx, identity, found))) throw claimNotFound(CLAIM_ID)
  return found
}

async function isTheirs(tx: Tx, identity: Identity, claim: Claim): Promise<boolean> {
  if (identity.kind === 'staff') return identity.pool === claim.pool && claim.submittedAt !== null
  return identity.kind === 'person' && (await findRecords(tx, identity.insuredId)).includes(claim.insuredId)
}
