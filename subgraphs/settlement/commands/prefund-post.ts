import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import type { Services } from '../context.ts'
import { prefundPaidEntries, prefundReceivedEntries } from '../domain/province-ledger.ts'
import { mirrored } from '../domain/ledger.ts'
import type { Prefund } from '../domain/prefund.ts'
import { postClearing } from '../store/clearing-posting.ts'

/**
 * Posts what a step means for the books here: the payer has money elsewhere once it is paid, and again its own when it did
 * not arrive; the holder has it, and owes it, once it has come in.
 */
export async function postPrefund(
  tx: Tx,
  { newId }: Pick<Services, 'newId'>,
  { id: source, side, pool, province, state, amount }: Prefund,
  at: Temporal.Instant,
): Promise<void> {
  const isPaid = side === 'PAYER' && state === 'PAID'
  const isBack = side === 'PAYER' && state === 'DENIED'
  const isReceived = side === 'HOLDER' && state === 'RECEIVED'
  if (!isPaid && !isBack && !isReceived) return
  assert(pool !== null, 'somebody here has paid or received it')
  const posting = { groupId: newId(at), source, pool, institution: null, amount, at }
  const paid = prefundPaidEntries({ pool, province }, amount)
  if (isPaid) await postClearing(tx, { ...posting, kind: 'PROVINCE_PREFUND' }, paid)
  else if (isBack) await postClearing(tx, { ...posting, kind: 'PROVINCE_PREFUND_BACK' }, mirrored(paid))
  else
    await postClearing(tx, { ...posting, kind: 'PROVINCE_PREFUND' }, prefundReceivedEntries({ pool, province }, amount))
}
