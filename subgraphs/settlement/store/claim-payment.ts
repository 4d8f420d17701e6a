import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { claimAccount } from '@yibao/drizzle/settlement-claim'
import {
  claimPaymentBatch as batch,
  claimPaymentResult as result,
  claimPaymentRow as row,
} from '@yibao/drizzle/settlement-claim-payment'
import { and, asc, desc, eq, gt, inArray, like, lt, ne, sql } from 'drizzle-orm'
import type { StoredClaimAccount } from './claim-account.ts'
import { IS_HELD_BESIDE } from './claim-beside.ts'
import { IS_SAME_PERSON } from './claim-recovery.ts'

export type ClaimBatch = typeof batch.$inferSelect
export type ClaimPayment = typeof row.$inferSelect
export type ClaimResult = typeof result.$inferSelect

/** Claims in one batch at most: a file a bank reads in one go, and a short transaction. */
export const CLAIMS_MAX = 500

/** The latest account of a claim `c`, where it passed its checks and the bank has not refused it. */
const PAYABLE_ACCOUNT = sql.raw(`
  select from (select a.seq, a.fits from settlement.claim_account a
    where a.insured_id = c.insured_id and a.claim_id = c.id order by a.seq desc limit 1) latest
  where latest.fits and not exists (select from settlement.claim_payment_row f
    where f.claim_id = c.id and f.account_seq = latest.seq and f.state in ('REJECTED', 'RETURNED'))`)

/**
 * Claims of a pool of which more is owed than was paid and that wait for it, those named or all, the oldest decision first: also
 * those that have ended and of which the bank gave back what the person had given back too.
 * Not those of which the bank has said that they were paid although it had rejected them, until staff have decided it, nor
 * those whose person has to give back something of another claim, until that is set off. Those without an account that
 * can be paid to come last, and those whoever asks has worked on before them: they are left for a later batch, or another's to
 * pay, and keep no other out of this one. One beside which care was settled otherwise afterwards is paid when it is named.
 */
export async function listPayable(
  tx: Tx,
  pool: string,
  { named, by }: { readonly named: readonly string[] | null; readonly by: string },
): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select c.id from settlement.claim c
    where c.pool = ${pool} and c.owed > c.paid and (c.state in ('APPROVED', 'PAYMENT_RETURNED')
        or c.state in ('REJECTED', 'NOT_ACCEPTED', 'WITHDRAWN') and c.submitted_at is not null)
      and not exists (select from settlement.claim_payment_row s where s.claim_id = c.id and s.state = 'SENT')
      and ${named === null ? sql`not (${IS_HELD_BESIDE})` : sql`c.id = any(${sql.param(`{${named.join(',')}}`)}::uuid[])`}
      and not exists (select from settlement.claim_payment_return t where t.claim_id = c.id and t.state = 'OPEN')
      and not exists (select from settlement.claim_recovery r
        where r.pool = c.pool and r.settled < r.amount and ${IS_SAME_PERSON})
    order by not exists (${PAYABLE_ACCOUNT}),
      exists (select from settlement.claim_event e where e.insured_id = c.insured_id and e.claim_id = c.id and e.by = ${by}),
      c.decided_at, c.id limit ${CLAIMS_MAX} for update of c`)
  return rows.map(({ id }) => id)
}

/** The accounts the bank has not taken: another must be entered, or the same once more, before it is paid again. */
export async function listFailedAccounts(tx: Tx, claims: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx
    .selectDistinct({ claimId: row.claimId, seq: row.accountSeq })
    .from(row)
    .where(and(inArray(row.claimId, [...claims]), inArray(row.state, ['REJECTED', 'RETURNED'])))
  return new Set(rows.map(({ claimId, seq }) => `${claimId}:${seq}`))
}

/** Whether the bank has a transfer for a claim and has not answered yet. */
export const isWithBank = async (tx: Tx, claimId: string): Promise<boolean> =>
  (await tx.$count(row, and(eq(row.claimId, claimId), eq(row.state, 'SENT')))) > 0

/** How many batches a pool has whose number begins so. */
export async function countClaimBatches(tx: Tx, prefix: string): Promise<number> {
  const rows = await tx
    .select({ id: batch.id })
    .from(batch)
    .where(like(batch.number, `${prefix}%`))
  return rows.length
}

export async function addClaimBatch(tx: Tx, one: ClaimBatch, rows: readonly ClaimPayment[]): Promise<void> {
  await tx.insert(batch).values(one)
  await tx.insert(row).values([...rows])
}

export async function findClaimBatch(db: ReadTx | Tx, id: string): Promise<ClaimBatch | null> {
  const [found] = await db.select().from(batch).where(eq(batch.id, id))
  return found ?? null
}

/** Holds a batch whose answers come. */
export async function holdClaimBatch(tx: Tx, id: string): Promise<ClaimBatch | null> {
  const [found] = await tx.select().from(batch).where(eq(batch.id, id)).for('update')
  return found ?? null
}

interface BatchFilter {
  readonly pool?: string
  /** Only those answered to the last row, or only the others; null for all. */
  readonly done: boolean | null
  readonly before?: string
}

export const listClaimBatches = (
  db: ReadTx,
  { pool, done, before }: BatchFilter,
  limit: number,
): Promise<ClaimBatch[]> =>
  db
    .select()
    .from(batch)
    .where(
      and(
        pool === undefined ? undefined : eq(batch.pool, pool),
        done === null ? undefined : (done ? eq : ne)(batch.state, 'DONE'),
        before === undefined ? undefined : lt(batch.id, before),
      ),
    )
    .orderBy(desc(batch.id))
    .limit(limit)

/** The rows of a batch in order, after a number. */
export const listClaimRows = (
  db: ReadTx | Tx,
  batchId: string,
  { after = 0, limit = CLAIMS_MAX }: { readonly after?: number; readonly limit?: number } = {},
): Promise<ClaimPayment[]> =>
  db
    .select()
    .from(row)
    .where(and(eq(row.batchId, batchId), gt(row.number, after)))
    .orderBy(asc(row.number))
    .limit(limit)

/** What was sent to the bank for claims, in the order in which it was. */
export const listPaymentsOf = (db: ReadTx | Tx, claims: readonly string[]): Promise<ClaimPayment[]> =>
  db
    .select()
    .from(row)
    .where(inArray(row.claimId, [...claims]))
    .orderBy(asc(row.claimId), asc(row.id))

/** The accounts rows are paid to, with their sealed numbers, by claim. */
export async function listSealedAccounts(
  db: Tx,
  rows: readonly ClaimPayment[],
): Promise<ReadonlyMap<string, StoredClaimAccount>> {
  const found = await db
    .select()
    .from(claimAccount)
    .where(
      inArray(
        claimAccount.claimId,
        rows.map((one) => one.claimId),
      ),
    )
  return new Map(found.map((one) => [`${one.claimId}:${one.seq}`, one]))
}

/** Notes what became of a transfer. */
export async function setClaimRow(
  tx: Tx,
  id: string,
  answer: Partial<Pick<ClaimPayment, 'state' | 'reason' | 'bankReference' | 'answeredAt'>>,
): Promise<void> {
  await tx.update(row).set(answer).where(eq(row.id, id))
}

/** A batch is done when every row is answered. */
export async function endClaimBatch(tx: Tx, id: string): Promise<void> {
  await tx
    .update(batch)
    .set({ state: 'DONE' })
    .where(
      and(
        eq(batch.id, id),
        ne(batch.state, 'DONE'),
        sql`not exists (select from ${row} where ${row.batchId} = ${id} and ${row.state} = 'SENT')`,
      ),
    )
}

export const addClaimResult = async (tx: Tx, one: ClaimResult): Promise<void> =>
  void (await tx.insert(result).values(one))

export async function findClaimResult(db: ReadTx, id: string): Promise<ClaimResult | null> {
  const [found] = await db.select().from(result).where(eq(result.id, id))
  return found ?? null
}
