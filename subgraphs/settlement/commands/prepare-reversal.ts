import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import type { Context } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import { findPolicy } from '../domain/policy-select.ts'
import type { Policy } from '../domain/policy.ts'
import { recompute, type DecidedSettlement, type Recomputed } from '../domain/recompute.ts'
import { LaterPartStands } from '../domain/refusals.ts'
import { AlreadyReversed, LaterSettlementStands } from '../domain/reversal-refusals.ts'
import { nextTime } from '../domain/settlement-id.ts'
import { takeBack, type Original, type Purse } from '../domain/take-back.ts'
import { findLaterPart, listLater, listOfYear } from '../store/later-part.ts'
import { refuseArchived } from '../store/ledger-border.ts'
import { readPurse } from '../store/read-purse.ts'
import type { Request } from '../store/requests.ts'
import { listEntries, listLines } from '../store/settlements.ts'
import type { ReversalWrite } from '../store/write-reversal.ts'
import { policiesWith } from './explain.ts'

/** What is asked: which settlement to take back, under which request, and where the request names it. */
export interface TakingBack {
  readonly request: Request
  readonly settlement: DecidedSettlement
  readonly path: string
  readonly operator?: Bill['operator'] | null
  /** It was never decided on for good, so it goes as it was reckoned, whatever came later; that stands. */
  readonly isReservation?: boolean
  /** The transaction it is done in: who waits for a connection in the midst of one may wait for ever. */
  readonly tx?: Tx
}

/** A reversal that was decided and only has to be written, and what it was decided on. */
export interface Prepared {
  readonly write: ReversalWrite
  readonly original: Original
  readonly purse: Purse
  readonly policies: readonly Policy[]
}

/**
 * Decides how a settlement is taken back. Throws AlreadyReversed, LaterPartStands for a part of a stay, what the pool's
 * order forbids, and NotAllowed when a counter would fall below zero or what was posted was put away. Writes nothing.
 */
export async function prepareReversal(context: Context, taking: TakingBack): Promise<Prepared> {
  const { request, settlement, path, operator = null, isReservation = false } = taking
  const { hot } = context.db
  const orm = taking.tx ?? context.db.orm
  const { id, insuredId, caller, requestId, replaces } = settlement
  const purse = await readPurse(hot, settlement)
  if (purse.reversal !== null) throw AlreadyReversed.by({ insuredId, settlementId: purse.reversal }, path)
  if (settlement.careKind === 'INPATIENT' && !isReservation) {
    const later = await findLaterPart(hot, settlement)
    // Not recorded: the same request succeeds once the later part is taken back.
    if (later !== null) throw LaterPartStands.standing(later, path)
  }
  const policies = await policiesWith(context, settlement.input.policy)
  assert(policies !== null, 'the policy of a settlement stays known')
  const recomputed = purse.yearClosed ? null : await keepOrder(context, taking, policies)
  const original = {
    settlement,
    lines: (await listLines(orm, [id])).get(id) ?? [],
    entries: await listEntries(orm, id),
  }
  // Only what moved no money has no entries here; it is asked then alone, so that a reversal reads no more than before.
  if (original.entries.length === 0) await refuseArchived(orm, id, path)
  const now = purse.times.reduce<Temporal.Instant>(nextTime, context.now())
  const frame = { id: context.newId(now), caller: request.caller, requestId: request.requestId, now, operator, path }
  const write = {
    ...takeBack(original, purse, recomputed, frame),
    version: purse.version,
    request,
    original: { id, caller, requestId, replaces },
    closings: purse.closings,
    replacement: null,
    visitRefunds: [],
  }
  return { write, original, purse, policies }
}

/** Holds the reversal to the order its pool asks for; gives the bill reckoned anew where that is what it asks. */
async function keepOrder(
  { db: { orm } }: Context,
  { settlement, path, isReservation = false, tx = orm }: TakingBack,
  policies: readonly Policy[],
): Promise<Recomputed | null> {
  // Elsewhere it never came to be: what goes back is what was kept, to the fen.
  if (isReservation) return null
  // The order is one for institutions. A claim is decided anew and owed what comes out of that: all of what it was owed goes back.
  if (settlement.claimId !== null) return null
  switch (findPolicy(policies, settlement.input.policy)?.pool.rules.reversalOrder.value) {
    case 'LATEST_FIRST': {
      const latest = (await listLater(tx, settlement)).at(-1)
      if (latest === undefined) return null
      throw LaterSettlementStands.standing(latest.institution === settlement.institution ? latest.id : null, path)
    }
    case 'RECOMPUTED':
      return recompute(settlement, await listOfYear(tx, settlement), policies)
    case 'ANY':
    case undefined:
      return null
  }
}
