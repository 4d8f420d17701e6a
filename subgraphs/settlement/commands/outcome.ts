import { callerOf } from '@yibao/schema/identity'
import type { StoredRejection } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Outcome } from '../domain/annulment.ts'
import type { RequestRecord } from '../domain/facts.ts'
import { findRequest } from '../store/requests.ts'
import { checkRequestIds } from './read-request.ts'

/**
 * What became of a request of this caller. UNKNOWN means that nothing durable is known yet: the request may still be
 * under way, so the caller must repeat it or annul it, not send the bill under a new id.
 */
export async function outcome(context: Context, requestId: string): Promise<Outcome> {
  checkRequestIds({ requestId })
  const caller = callerOf(context.institution())
  const record = await findRequest(context.db.hot, { caller, requestId })
  if (record === null) return { requestId, state: 'UNKNOWN', settlement: null, reversal: null, rejection: null }
  const { settlement = null, reversal = null } = record.result ?? {}
  return { requestId, state: record.outcome, settlement, reversal, rejection: rejectionOf(record) }
}

/** Why a request was refused: beside what else came of it, or by itself where nothing else can. */
function rejectionOf({ outcome: state, result }: RequestRecord): StoredRejection | null {
  if (state !== 'REFUSED' || result === null) return null
  return result.rejection ?? ('type' in result && 'problems' in result ? (result as StoredRejection) : null)
}
