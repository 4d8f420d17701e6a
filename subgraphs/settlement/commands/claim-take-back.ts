import assert from 'node:assert/strict'
import { canonicalDigest } from '@yibao/drizzle/digest'
import type { Tx } from '@yibao/drizzle/connect'
import { ZERO, type Fen } from '@yibao/schema/money'
import type { Context } from '../context.ts'
import type { Claim } from '../domain/claim.ts'
import { isDecided } from '../domain/recompute.ts'
import { settlementNumber } from '../domain/settlement-id.ts'
import { listLater } from '../store/later-part.ts'
import { statementsOf } from '../store/reconciliation-statements.ts'
import type { Request } from '../store/requests.ts'
import { findSettlements } from '../store/settlements.ts'
import { writeReversal } from '../store/write-reversal.ts'
import { stopClaimClock } from './claim-clock.ts'
import { prepareReversal } from './prepare-reversal.ts'

/** The money of the person was changed between the read and the write. Looks like the collision it is, so it is tried again. */
class Overtaken extends Error {
  readonly code = '40001'
}

interface ClaimTakenBack {
  /** What the step by which the claim is decided anew sets: nothing for a claim that was not settled. */
  readonly set: { readonly settlementId?: null; readonly owed?: Fen }
  /** Numbers of the later settlements of the person that were reckoned on it, and stay so: a cap or a deductible it had used. */
  readonly reckonedOn: readonly string[]
}

/**
 * Takes back what a claim was settled with, in the transaction of the step by which it is decided anew, and ends the time to pay
 * it. Throws NotAllowed when a counter would fall below zero.
 */
export async function takeBackSettlement(
  tx: Tx,
  context: Context,
  claim: Pick<Claim, 'insuredId' | 'id' | 'pool' | 'version' | 'settlementId'>,
): Promise<ClaimTakenBack> {
  const { id, pool, version, settlementId } = claim
  // Also that of a claim which was rejected and waits for what the bank gave back: what is decided anew has its own.
  await stopClaimClock(tx, claim, 'PAYMENT', context.now())
  if (settlementId === null) return { set: {}, reckonedOn: [] }
  const [settlement] = await findSettlements(tx, [settlementId])
  assert(settlement !== undefined && isDecided(settlement), 'what a claim names was settled')
  const request: Request = {
    caller: `claim:${pool}`,
    requestId: `${id}:${version}`,
    operation: 'reverse',
    digest: canonicalDigest('reverse', { claim: id, version }),
  }
  const later = await listLater(tx, settlement)
  const { write } = await prepareReversal(context, { request, settlement, path: 'claim', tx })
  if (!(await writeReversal(statementsOf(tx), write))) throw new Overtaken()
  return { set: { settlementId: null, owed: ZERO }, reckonedOn: later.map((one) => settlementNumber(one.id)) }
}
