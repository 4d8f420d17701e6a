import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { fenOf, formatYuan, sum } from '@yibao/schema/money'
import { decrypt } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { writeBankFile } from '../domain/bank-file.ts'
import { notOwn } from '../domain/claim-duty.ts'
import {
  claimNotPayable,
  claimTransfers,
  reconsiderFirst,
  stateOnceSent,
  tooManyClaims,
  type ClaimTransfer,
} from '../domain/claim-payment.ts'
import type { Maybe } from '../domain/fields.ts'
import { listLatestAccounts, sealOwner } from '../store/claim-account.ts'
import { findHeldSame } from '../store/claim-beside.ts'
import {
  addClaimBatch,
  CLAIMS_MAX,
  countClaimBatches,
  listClaimRows,
  listFailedAccounts,
  listPayable,
  listSealedAccounts,
  type ClaimBatch,
  type ClaimPayment,
} from '../store/claim-payment.ts'
import { findClaims, listStepsBy, stepClaim } from '../store/claim.ts'
import { balanceClaims } from './claim-balance.ts'
import { postClaim } from './claim-posting.ts'
import { tellClaimant } from './claim-tell.ts'
import { staffOf } from './monthly-statement.ts'

export interface ClaimBatchInput {
  readonly claims?: Maybe<readonly string[]>
}

/**
 * Makes a batch of the claims that are named, or of all of the pool that can be paid, one transfer each. What it pays is in
 * transit until the bank has answered. Answers the id of the batch.
 */
export async function createClaimPaymentBatch(
  context: Context,
  requestId: string,
  input: ClaimBatchInput,
): Promise<string> {
  const identity = staffOf(context)
  const { pool } = identity
  const now = context.now()
  // What is to be given back is set off before anything is paid.
  await balanceClaims(context, pool)
  const request = { identity, requestId, operation: 'createClaimPaymentBatch', input, now }
  const { id } = await once(context.db, request, async (tx) => {
    const transfers = await findTransfers(tx, identity, input)
    const batch: ClaimBatch = {
      id: context.newId(now),
      pool,
      number: await nextNumber(tx, pool, now),
      rows: transfers.length,
      amount: fenOf(sum(transfers.map((one) => one.amount))),
      state: 'SENT',
      madeBy: callerOf(identity),
      madeAt: now,
    }
    const rows = transfers.map((one, i) => rowOf(context, batch, one, i + 1))
    await addClaimBatch(tx, batch, rows)
    for (const { id: source, amount } of rows)
      await postClaim(tx, context, 'CLAIM_SENT', { source, pool, amount, at: now })
    for (const { claim, amount } of transfers) {
      const data = { batch: batch.number, amount: formatYuan(amount) }
      const sent = {
        to: stateOnceSent(claim),
        path: 'input.claims',
        kind: 'PAYMENT_SENT',
        at: now,
        by: batch.madeBy,
        data,
      } as const
      const paying = await stepClaim(tx, claim, sent)
      await tellClaimant(tx, paying, { template: 'paying', at: now, data: { amount: data.amount } })
    }
    return { id: batch.id }
  })
  return id
}

async function findTransfers(
  tx: Tx,
  identity: ReturnType<typeof staffOf>,
  { claims: named }: ClaimBatchInput,
): Promise<ClaimTransfer[]> {
  const by = callerOf(identity)
  const isNamed = (named ?? []).length > 0
  if ((named ?? []).some((id) => uuidFault(id) !== null)) throw claimNotPayable()
  const wanted = [...new Set((named ?? []).map((id) => id.toLowerCase()))]
  if (wanted.length > CLAIMS_MAX) throw tooManyClaims(CLAIMS_MAX)
  const ids = await listPayable(tx, identity.pool, { named: isNamed ? wanted : null, by })
  if (isNamed && ids.length !== wanted.length) throw claimNotPayable()
  const heldSame = isNamed ? await findHeldSame(tx, ids) : null
  if (heldSame !== null) throw reconsiderFirst(heldSame)
  const found = new Map((await findClaims(tx, ids)).map((one) => [one.id, one]))
  const steps = await listStepsBy(tx, ids, by)
  const payable = ids.map((id) => found.get(id)).filter((one) => one !== undefined)
  const claims = notOwn(payable, { steps, isNamed })
  const [latest, failed] = [await listLatestAccounts(tx, ids), await listFailedAccounts(tx, ids)]
  return claimTransfers(claims, { latest, failed, isNamed })
}

const rowOf = (
  context: Context,
  { id: batchId, pool, madeAt }: ClaimBatch,
  { claim, seq, amount }: ClaimTransfer,
  number: number,
): ClaimPayment => ({
  id: context.newId(madeAt),
  batchId,
  number,
  insuredId: claim.insuredId,
  claimId: claim.id,
  claimNumber: claim.number,
  pool,
  accountSeq: seq,
  amount,
  state: 'SENT',
  reason: null,
  bankReference: null,
  answeredAt: null,
})

/** The pool, the day, a letter that tells it from batches of clearing, and which of the day; a collision begins the request anew. */
async function nextNumber(tx: Tx, pool: string, now: Temporal.Instant): Promise<string> {
  const prefix = `${pool}${dayOf(now).toString().replaceAll('-', '')}L`
  return `${prefix}${String((await countClaimBatches(tx, prefix)) + 1).padStart(3, '0')}`
}

/** The file of a batch as the bank reads it; the same whenever it is asked for. Whose accounts it shows is noted. */
export async function claimBankFileOf(context: Context, batch: ClaimBatch): Promise<string> {
  const { secrets } = context
  const rows = await context.read((tx) => listClaimRows(tx, batch.id))
  const accounts = await listSealedAccounts(context.db.orm, rows)
  const lines = rows.map(({ number, insuredId, claimId, claimNumber, accountSeq, amount }) => {
    context.noteRead(insuredId, 'claimPaymentFile')
    const account = accounts.get(`${claimId}:${accountSeq}`)
    if (account === undefined) throw new Error('a row is paid to an account that is there')
    const { holder, bankName, bankCode, sealed } = account
    const opened = decrypt(secrets, sealed, sealOwner(account))
    return { number, payee: claimNumber, holder, account: opened, bankName, bankCode: bankCode ?? '', amount }
  })
  return writeBankFile({ number: batch.number, pool: batch.pool, day: dayOf(batch.madeAt) }, lines)
}
