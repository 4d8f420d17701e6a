import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import type { Services } from '../context.ts'
import type { LedgerEntry } from '../domain/ledger.ts'
import { mirrored } from '../domain/ledger.ts'
import { byWhom, type Prefund } from '../domain/prefund.ts'
import { prefundPaidEntries, prefundReceivedEntries, type Counterparty } from '../domain/province-ledger.ts'
import { postClearing } from '../store/clearing-posting.ts'

/**
 * Posts what a step means for the books here: who pays has money elsewhere, or keeps less of the other's, once it is paid,
 * and again as before when it did not arrive; who receives has it once it has come in.
 */
export async function postPrefund(
  tx: Tx,
  { newId }: Pick<Services, 'newId'>,
  one: Prefund,
  at: Temporal.Instant,
): Promise<void> {
  const { id: source, kind, side, pool, province, state, amount } = one
  const isGiver = side === byWhom(kind, 'PAID')
  const isMoved = isGiver ? state === 'PAID' : state === 'RECEIVED'
  const isBack = isGiver && state === 'DENIED'
  if (!isMoved && !isBack) return
  assert(pool !== null, 'somebody here has paid or received it')
  const posting = { groupId: newId(at), source, pool, institution: null, amount, at }
  const entries = movedBy(one, { pool, province })
  if (isMoved) await postClearing(tx, { ...posting, kind: 'PROVINCE_PREFUND' }, entries)
  else await postClearing(tx, { ...posting, kind: 'PROVINCE_PREFUND_BACK' }, mirrored(entries))
}

/** A return moves the same between the same accounts, the other way round. */
function movedBy({ kind, side, amount }: Prefund, parties: Counterparty): LedgerEntry[] {
  const entries = side === 'PAYER' ? prefundPaidEntries(parties, amount) : prefundReceivedEntries(parties, amount)
  return kind === 'PAYMENT' ? entries : mirrored(entries)
}
