import { callerOf } from '@yibao/schema/identity'
import type { Context } from '../context.ts'
import { confirmedTooLate, nothingToConfirm, takenBack, type Confirmation } from '../domain/confirmation.ts'
import { requestAnnulled } from '../domain/refusals.ts'
import { addConfirmation } from '../store/confirmations.ts'
import { findRequest } from '../store/requests.ts'
import { checkRequestIds } from './read-request.ts'

/**
 * Records that the caller has received the answer to one of its settle requests. Asked again, it answers the same. A
 * settlement stands without it, unless `settle` asked for it within a time.
 */
export async function confirm(context: Context, requestId: string): Promise<Confirmation> {
  checkRequestIds({ requestId })
  const { institution } = context.institution()
  const { hot } = context.db
  const record = await findRequest(hot, { caller: callerOf(context.institution()), requestId })
  const settlementId = record?.result?.settlement
  if (record?.outcome === 'ANNULLED') throw settlementId === undefined ? requestAnnulled() : takenBack()
  // The request of a reversal names the settlement it took back, which is nothing to confirm; that of a refund the rest.
  const isWayBack = record?.result?.reversal !== undefined && record.operation !== 'refund'
  if (record?.outcome !== 'COMMITTED' || isWayBack || settlementId === undefined || record.insuredId === null)
    throw nothingToConfirm()
  const { insuredId } = record
  const confirmedAt = await addConfirmation(hot, { settlementId, insuredId, institution, at: context.now() })
  if (confirmedAt === null) throw confirmedTooLate()
  return { requestId, settlement: settlementId, confirmedAt }
}
