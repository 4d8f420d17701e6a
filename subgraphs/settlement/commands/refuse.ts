import { Rejection, RequestReused } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { RequestRecord } from '../domain/facts.ts'
import { SettlementPending } from '../domain/pending.ts'
import { requestAnnulled } from '../domain/refusals.ts'
import { addRequest, findRequest, type Request } from '../store/requests.ts'

/**
 * Records a refusal under its request id and throws it. Returns when the id has a record already, which then counts.
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
  const result = { rejection: refusal.store() }
  const recorded = await add(context.db.hot, {
    ...request,
    outcome: 'REFUSED',
    result,
    insuredId,
    at: context.now(),
  })
  if (recorded) throw refusal
}

/**
 * The record of a request that came before. Throws RequestReused when it was another one, the recorded refusal, that
 * it was annulled, or that it is pending; a record that is returned was committed.
 */
export function replay(request: Request, record: RequestRecord): RequestRecord {
  // A tombstone stands for a request that never arrived: it has no digest to compare, and nobody knew what it would ask.
  const isTombstone = record.outcome === 'ANNULLED' && record.digest === ''
  if (!isTombstone) requireSame(request, record)
  if (record.outcome === 'ANNULLED') throw requestAnnulled()
  if (record.outcome === 'PENDING') throw new SettlementPending(request.requestId)
  if (record.result?.rejection !== undefined) throw Rejection.revive(record.result.rejection)
  return record
}

/** The same of a request that goes on with what is pending; null when nothing is on record, or it is that. */
export async function findAnswer(context: Context, request: Request): Promise<RequestRecord | null> {
  const record = await findRequest(context.db.hot, request)
  if (record?.outcome !== 'PENDING') return record && replay(request, record)
  requireSame(request, record)
  return null
}

/** Throws RequestReused when what came before under the id of a request asked for something else. */
export function requireSame({ operation, digest }: Request, before: Pick<RequestRecord, 'operation' | 'digest'>): void {
  if (before.operation !== operation || before.digest !== digest) throw RequestReused.of(before.operation)
}
