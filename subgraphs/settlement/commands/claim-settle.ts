import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Tx } from '@yibao/drizzle/connect'
import { sqlState, violatedBy } from '@yibao/drizzle/once'
import { formatYuan } from '@yibao/schema/money'
import { Busy, Rejection } from '@yibao/schema/rejection'
import { createContext, type Context, type Services } from '../context.ts'
import { owedBy } from '../domain/claim-bill.ts'
import { BY_RULE } from '../domain/claim-review.ts'
import { ClaimChanged, type Claim } from '../domain/claim.ts'
import type { Settling } from '../domain/settle.ts'
import { findClaim, stepClaim } from '../store/claim.ts'
import { listLineReviews } from '../store/claim-review.ts'
import { listSettling } from '../store/claim-settling.ts'
import { statementsOf } from '../store/reconciliation-statements.ts'
import { writeSettlement, type SettlementWrite } from '../store/write-settlement.ts'
import { refuseBeside } from './claim-beside.ts'
import { decideClaim, openClaim, readClaimFacts, settleRequestOf } from './claim-bill.ts'
import { claimSettled, claimNotSettled } from './claim-settled.ts'
import { refuseClaimedBeside } from './claim-twice.ts'

/** In each round one of those who compete for a person gets through. */
const ROUNDS_MAX = 40

/** Whoever decided goes on with it for so long; after that the worker may. */
const LEFT_SECONDS = 5

/** A claim by its id. */
export type ClaimKey = Pick<Claim, 'id'>

/**
 * Settles a claim that was decided, and answers once it is APPROVED, or ACCEPTED again when it cannot be settled so: the
 * history then says why. Whoever does it, and however often, it is settled once for each decision; a claim in any other
 * state is left as it is. Throws Busy when others kept being first, and the worker goes on with it.
 */
export async function settleClaim(services: Services, { id }: ClaimKey): Promise<void> {
  const context = createContext(services, null, `claim-${id}`)
  const claim = await findClaim(context.db.orm, id)
  if (claim === null || claim.state !== 'SETTLING') return
  try {
    // What a bureau decided waits as what an institution sent does.
    await context.queue.run({ institution: claim.pool, person: claim.insuredId }, () => decideAndWrite(context, claim))
  } catch (refusal) {
    if (refusal instanceof ClaimChanged) return
    if (!(refusal instanceof Rejection) || refusal.retryable) throw refusal
    await giveBack(context, claim, refusal)
  }
}

/** Goes on with claims that were decided and whose settlement was not written at once. */
export async function settleWaitingClaims(services: Services): Promise<void> {
  const { db, clock, logger } = services
  for (const id of await listSettling(db.orm, clock().subtract({ seconds: LEFT_SECONDS }))) {
    try {
      await settleClaim(services, { id })
    } catch (error) {
      logger?.error(
        { claim: id, error: error instanceof Error ? error.message : 'unknown' },
        'a claim waits to be settled',
      )
    }
  }
}

async function decideAndWrite(context: Context, claim: Claim): Promise<void> {
  const request = settleRequestOf(claim)
  const reviews = await listLineReviews(context.db.orm, [claim.id])
  const opened = await openClaim(context, claim, { reviews, isEstimate: false, by: claim.assignee ?? BY_RULE })
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (round > 1) await wait(Math.random() * 2 * round)
    const facts = await readClaimFacts(context, opened, request)
    // What is on record was written together with the step of the claim.
    if (facts.request !== null) return
    const { settling } = await decideClaim(context, opened, facts, request)
    await refuseBeside(context.db.orm, claim, facts.records)
    await refuseClaimedBeside(context.db.orm, claim, facts.records)
    const { digest, operation } = request
    if (await writeBoth(context, claim, { ...settling, version: facts.version, digest, operation })) return
  }
  throw Busy.of()
}

/** Undoes the step of the claim when the settlement did not pass. */
class NotWritten extends Error {}

/** The settlement and the step of the claim: both or none. False when something changed since the read. */
async function writeBoth({ db }: Context, claim: Claim, write: SettlementWrite): Promise<boolean> {
  try {
    await db.orm.transaction(async (tx) => {
      const approved = await approve(tx, claim, write)
      if (!(await writeSettlement(statementsOf(tx), write))) throw new NotWritten()
      await claimSettled(tx, approved, write.settlement.settledAt)
    })
    return true
  } catch (error) {
    // Another settlement of the person, or one under the same keys, was first: what is read now says which.
    if (error instanceof NotWritten || isCollision(error)) return false
    throw error
  }
}

/** A clock of the claim that still runs is no other's doing and is there the next time as well. */
const isCollision = (error: unknown): boolean =>
  ['23505', '40001', '40P01'].includes(sqlState(error) ?? '') && violatedBy(error) !== 'claim_clock_runs_once'

/** @throws ClaimChanged when somebody else has settled it, or taken it back, meanwhile */
function approve(tx: Tx, claim: Claim, { settlement, lines }: Pick<Settling, 'settlement' | 'lines'>): Promise<Claim> {
  const { id: settlementId, settledAt: at, total } = settlement
  const owed = owedBy(settlement)
  assert(lines.length > 0, 'a claim is of something')
  return stepClaim(tx, claim, {
    to: 'APPROVED',
    path: 'claim',
    kind: 'SETTLED',
    at,
    by: BY_RULE,
    data: { settlement: settlementId, total: formatYuan(total), owed: formatYuan(owed) },
    set: { settlementId, owed },
  })
}

/** What cannot be settled as it was decided goes back to its reviewer. */
async function giveBack(context: Context, claim: Claim, refusal: Rejection): Promise<void> {
  const at = context.now()
  const { code, problems } = refusal
  context.logger?.warn({ claim: claim.id, code }, 'a claim cannot be settled as it was decided')
  try {
    await context.db.orm.transaction(async (tx) => {
      const back = await stepClaim(tx, claim, {
        to: 'ACCEPTED',
        path: 'claim',
        kind: 'NOT_SETTLED',
        at,
        by: BY_RULE,
        words: refusal.text,
        data: { code, problems: problems.map(({ path, code: fault }) => ({ path, code: fault })) },
      })
      await claimNotSettled(tx, back, at)
    })
  } catch (error) {
    if (!(error instanceof ClaimChanged)) throw error
  }
}
