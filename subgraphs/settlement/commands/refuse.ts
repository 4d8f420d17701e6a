import { Busy, Rejection, RequestReused } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { RequestRecord, UnderWay } from '../domain/facts.ts'
import { requestAnnulled } from '../domain/refusals.ts'
import { SettlementPending } from '../domain/pending.ts'
import { findAwayOf } from '../store/away.ts'
import { addRequest, findRequest, type Request } from '../store/requests.ts'

/**
 * Records a refusal under its request id and throws it. Returns when the id has a record already, which then counts, and
 * throws what `checkUnderWay` says of one that is under way on another platform: what it comes to there is its answer.
 * Whatever is not a final refusal (retryable, of an id that is another request's, or no rejection at all) is thrown on and leaves
 * nothing behind.
 */
export async function refuse(
  context: Context,
  request: Request,
  refusal: unknown,
  insuredId: string | null,
  add = addRequest,
): Promise<void> {
  if (!(refusal instanceof Rejection) || refusal.retryable || refusal instanceof RequestReused) throw refusal
  const underWay = await findAwayOf(context.db.hot, request)
  if (underWay !== null && IN_DOUBT.has(underWay.state)) checkUnderWay(request, underWay)
  const result = { rejection: refusal.store() }
  const recorded = await add(context.db.hot, {
    ...request,
    outcome: 'REFUSED',
    result,
    insuredId,
    at: context.now(),
  })
  if (recorded) throw refusal
  // What held the id came, or went, at this moment.
  if ((await findRequest(context.db.hot, request)) === null) throw Busy.of()
}

/** What of a request that is under way on another platform is not known yet; what is given up has its answer. */
const IN_DOUBT: ReadonlySet<string> = new Set(['ASKED', 'COMMITTING'])

/** Throws RequestReused when what is under way under this id asked for something else, SettlementPending when for the same. */
export function checkUnderWay(request: Request, underWay: UnderWay): never {
  requireSame(request, underWay)
  throw new SettlementPending(request.requestId)
}

/**
 * What a request has come to, as `replay` has it; null when nothing is on record. Throws RequestReused when something else is
 * under way on another platform under its id.
 */
export async function findAnswer(context: Context, request: Request): Promise<RequestRecord | null> {
  const record = await findRequest(context.db.hot, request)
  if (record !== null) return replay(request, record)
  const underWay = await findAwayOf(context.db.hot, request)
  if (underWay !== null) requireSame(request, underWay)
  return null
}

/**
 * The record of a request that came before. Throws RequestReused when it was another one, the recorded refusal, or that
 * it was annulled; a record that is returned was committed.
 */
export function replay(request: Request, record: RequestRecord): RequestRecord {
  // A tombstone stands for a request that never arrived: it has no digest to compare, and nobody knew what it would ask.
  const isTombstone = record.outcome === 'ANNULLED' && record.digest === ''
  if (!isTombstone) requireSame(request, record)
  if (record.outcome === 'ANNULLED') throw requestAnnulled()
  if (record.result?.rejection !== undefined) throw Rejection.revive(record.result.rejection)
  return record
}

/** Throws RequestReused when what came before under the id of a request asked for something else. */
export function requireSame({ operation, digest }: Request, before: UnderWay): void {
  if (before.operation !== operation || before.digest !== digest) throw RequestReused.of(before.operation)
}
