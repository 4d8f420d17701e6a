import { Rejection, RequestReused } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { RequestRecord } from '../domain/facts.ts'
import { requestAnnulled } from '../domain/refusals.ts'
import { addRequest, type Request } from '../store/requests.ts'

/**
 * Records a refusal under its request id and throws it. Returns when the id has a record already, which then counts.
 * Whatever is not a final refusal (retryable, or no rejection at all) is thrown on and leaves nothing behind.
 */
export async function refuse(
  context: Context,
  request: Request,
  refusal: unknown,
  insuredId: string | null,
  add = addRequest,
): Promise<void> {
  if (!(refusal instanceof Rejection) || refusal.retryable) throw refusal
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
 * The record of a request that came before. Throws RequestReused when it was another one, the recorded refusal, or that
 * it was annulled; a record that is returned was committed.
 */
export function replay(request: Request, record: RequestRecord): RequestRecord {
  // A tombstone stands for a request that never arrived: it has no digest to compare, and nobody knew what it would ask.
  const isTombstone = record.outcome === 'ANNULLED' && record.digest === ''
  if (!isTombstone && (record.operation !== request.operation || record.digest !== request.digest))
    throw RequestReused.of(record.operation)
  if (record.outcome === 'ANNULLED') throw requestAnnulled()
  if (record.result?.rejection !== undefined) throw Rejection.revive(record.result.rejection)
  return record
}
