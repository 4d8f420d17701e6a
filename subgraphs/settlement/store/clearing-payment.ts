import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { monthlyStatement } from '@yibao/drizzle/settlement-clearing'
import {
  bankAccount,
  depositDecision,
  depositRelease,
  paymentBatch,
  paymentPart,
  paymentResult,
  paymentReturn,
  paymentRow,
} from '@yibao/drizzle/settlement-clearing-payment'
import type { Fen } from '@yibao/schema/money'
import { and, asc, desc, eq, gt, inArray, like, lt, ne, sql, type SQL } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { Part } from '../domain/clearing-payment.ts'
import type { MonthlyStatement } from '../domain/monthly-statement.ts'

export type PaymentBatch = typeof paymentBatch.$inferSelect
export type PaymentRow = typeof paymentRow.$inferSelect
export type PaymentPart = typeof paymentPart.$inferSelect
export type PaymentResult = typeof paymentResult.$inferSelect

/** Parts of one batch at most: a file a bank reads in one go, and a short transaction. */
export const PARTS_MAX = 2000

/**
 * Not what the bank has said was paid after it had rejected it: until staff have decided that, a batch might pay it once
 * more. Requests are serializable, so none is missed that comes at the same moment.
 */
const isUndisputed = (id: AnyPgColumn): SQL => sql`not exists (
  select from ${paymentPart} join ${paymentReturn} on ${paymentReturn.rowId} = ${paymentPart.rowId}
  where ${paymentPart.partId} = ${id} and ${paymentReturn.kind} = 'PAID_AFTER_ALL' and ${paymentReturn.state} = 'OPEN')`

/** Holds the confirmed statements of a pool that wait to be paid, those named or all. */
export const holdConfirmed = async (tx: Tx, pool: string, ids: readonly string[] | null): Promise<MonthlyStatement[]> =>
  tx
    .select()
    .from(monthlyStatement)
    .where(
      and(
        eq(monthlyStatement.pool, pool),
        eq(monthlyStatement.state, 'CONFIRMED'),
        isUndisputed(monthlyStatement.id),
        ids === null ? undefined : inArray(monthlyStatement.id, [...ids]),
      ),
    )
    .orderBy(asc(monthlyStatement.dueOn), asc(monthlyStatement.id))
    .limit(PARTS_MAX)
    .for('update')

/** Holds the deposits of a pool that go back by a score or a decision and are not paid, those named or all. */
export async function holdOpenDeposits(tx: Tx, pool: string, ids: readonly string[] | null): Promise<Part[]> {
  const open = async (table: typeof depositRelease | typeof depositDecision, kind: Part['kind'], owed: SQL<Fen>) => {
    const rows = await tx
      .select({ partId: table.id, institution: table.institution, amount: owed })
      .from(table)
      .where(
        and(
          eq(table.pool, pool),
          eq(table.state, 'OPEN'),
          isUndisputed(table.id),
          ids === null ? undefined : inArray(table.id, [...ids]),
        ),
      )
      .orderBy(asc(table.id))
      .limit(PARTS_MAX)
      .for('update')
    return rows.map((one) => ({ ...one, kind }))
  }
  const owed = sql`${depositRelease.amount} - ${depositRelease.settled}`.mapWith(depositRelease.amount) as SQL<Fen>
  const decided = sql`${depositDecision.amount}`.mapWith(depositDecision.amount) as SQL<Fen>
  return [...(await open(depositRelease, 'RELEASE', owed)), ...(await open(depositDecision, 'DECISION', decided))]
}

/** How many batches a pool has whose number begins so. */
export async function countBatches(tx: Tx, prefix: string): Promise<number> {
  const rows = await tx
    .select({ id: paymentBatch.id })
    .from(paymentBatch)
    .where(like(paymentBatch.number, `${prefix}%`))
  return rows.length
}

export async function addBatch(
  tx: Tx,
  batch: PaymentBatch,
  rows: readonly PaymentRow[],
  parts: readonly PaymentPart[],
): Promise<void> {
  await tx.insert(paymentBatch).values(batch)
  await tx.insert(paymentRow).values([...rows])
  await tx.insert(paymentPart).values([...parts])
}

/** Notes where what is paid stands now. */
export async function setParts(
  tx: Tx,
  parts: readonly Pick<PaymentPart, 'partId' | 'kind'>[],
  to: 'PAYING' | 'PAID' | 'BACK',
  at: Temporal.Instant,
): Promise<MonthlyStatement[]> {
  const ids = (kind: PaymentPart['kind']) => parts.filter((one) => one.kind === kind).map((one) => one.partId)
  const statements = ids('STATEMENT')
  for (const [kind, table] of DEPOSITS) {
    const deposits = ids(kind)
    if (deposits.length === 0) continue
    await tx
      .update(table)
      .set({ state: to === 'BACK' ? 'OPEN' : to })
      .where(inArray(table.id, deposits))
  }
  if (statements.length === 0) return []
  return tx
    .update(monthlyStatement)
    .set({ state: to === 'BACK' ? 'CONFIRMED' : to, paidAt: to === 'PAID' ? at : null })
    .where(inArray(monthlyStatement.id, statements))
    .returning()
}

const DEPOSITS = [
  ['RELEASE', depositRelease],
  ['DECISION', depositDecision],
] as const

export async function findBatch(db: ReadTx, id: string): Promise<PaymentBatch | null> {
  const [row] = await db.select().from(paymentBatch).where(eq(paymentBatch.id, id))
  return row ?? null
}

/** Holds a batch whose answers come. */
export async function holdBatch(tx: Tx, id: string): Promise<PaymentBatch | null> {
  const [row] = await tx.select().from(paymentBatch).where(eq(paymentBatch.id, id)).for('update')
  return row ?? null
}

interface BatchFilter {
  readonly pool?: string
  /** Only those answered to the last row, or only the others; null for all. */
  readonly done: boolean | null
  readonly before?: string
}

export const listBatches = async (
  db: ReadTx,
  { pool, done, before }: BatchFilter,
  limit: number,
): Promise<PaymentBatch[]> =>
  db
    .select()
    .from(paymentBatch)
    .where(
      and(
        pool === undefined ? undefined : eq(paymentBatch.pool, pool),
        done === null ? undefined : (done ? eq : ne)(paymentBatch.state, 'DONE'),
        before === undefined ? undefined : lt(paymentBatch.id, before),
      ),
    )
    .orderBy(desc(paymentBatch.id))
    .limit(limit)

/** The rows of a batch in order, from a number on. */
export const listRows = async (
  db: ReadTx | Tx,
  batchId: string,
  { after = 0, limit = PARTS_MAX }: { readonly after?: number; readonly limit?: number } = {},
): Promise<PaymentRow[]> =>
  db
    .select()
    .from(paymentRow)
    .where(and(eq(paymentRow.batchId, batchId), gt(paymentRow.number, after)))
    .orderBy(asc(paymentRow.number))
    .limit(limit)

interface RowFilter {
  readonly institution?: string
  readonly pool?: string
  readonly batch?: string
  readonly state?: PaymentRow['state']
  readonly before?: string
}

/** What institutions were or are being paid, the latest first. */
export const listPayments = async (
  db: ReadTx,
  { institution, pool, batch, state, before }: RowFilter,
  limit: number,
): Promise<PaymentRow[]> =>
  db
    .select()
    .from(paymentRow)
    .where(
      and(
        institution === undefined ? undefined : eq(paymentRow.institution, institution),
        pool === undefined ? undefined : eq(paymentRow.pool, pool),
        batch === undefined ? undefined : eq(paymentRow.batchId, batch),
        state === undefined ? undefined : eq(paymentRow.state, state),
        before === undefined ? undefined : lt(paymentRow.id, before),
      ),
    )
    .orderBy(desc(paymentRow.id))
    .limit(limit)

/** Whether one of these waits for staff to decide whether it was paid. */
export async function hasDisputed(tx: Tx, parts: readonly string[]): Promise<boolean> {
  const rows = await tx
    .select({ id: paymentReturn.id })
    .from(paymentPart)
    .innerJoin(paymentReturn, eq(paymentReturn.rowId, paymentPart.rowId))
    .where(
      and(
        inArray(paymentPart.partId, [...parts]),
        eq(paymentReturn.kind, 'PAID_AFTER_ALL'),
        eq(paymentReturn.state, 'OPEN'),
      ),
    )
    .limit(1)
  return rows.length > 0
}

export const listParts = async (db: ReadTx | Tx, rows: readonly string[]): Promise<PaymentPart[]> =>
  rows.length === 0
    ? []
    : db
        .select()
        .from(paymentPart)
        .where(inArray(paymentPart.rowId, [...rows]))
        .orderBy(asc(paymentPart.partId))

/** The accounts rows are paid to, with their sealed numbers. */
export const listSealed = async (tx: ReadTx, ids: readonly string[]): Promise<(typeof bankAccount.$inferSelect)[]> =>
  tx
    .select()
    .from(bankAccount)
    .where(inArray(bankAccount.id, [...ids]))

/** Takes the bank's answer to a row that has none. */
export async function answerRow(
  tx: Tx,
  id: string,
  answer: Pick<PaymentRow, 'state' | 'reason' | 'bankReference' | 'answeredAt'>,
): Promise<void> {
  await tx.update(paymentRow).set(answer).where(eq(paymentRow.id, id))
  if (answer.state === 'REJECTED') await tx.update(paymentPart).set({ open: false }).where(eq(paymentPart.rowId, id))
}

/** A batch is done when every row is answered. */
export async function endBatch(tx: Tx, id: string): Promise<void> {
  const left = await tx
    .select({ id: paymentRow.id })
    .from(paymentRow)
    .where(and(eq(paymentRow.batchId, id), eq(paymentRow.state, 'SENT')))
    .limit(1)
  if (left.length > 0) return
  await tx
    .update(paymentBatch)
    .set({ state: 'DONE' })
    .where(and(eq(paymentBatch.id, id), ne(paymentBatch.state, 'DONE')))
}

export const addResult = async (tx: Tx, result: PaymentResult): Promise<void> =>
  void (await tx.insert(paymentResult).values(result))

export async function findResult(db: ReadTx, id: string): Promise<PaymentResult | null> {
  const [row] = await db.select().from(paymentResult).where(eq(paymentResult.id, id))
  return row ?? null
}

/** The files of answers that were read for a batch, in the order in which they came. */
export const listResults = async (db: ReadTx, batchId: string): Promise<PaymentResult[]> =>
  db.select().from(paymentResult).where(eq(paymentResult.batchId, batchId)).orderBy(asc(paymentResult.id)).limit(100)
