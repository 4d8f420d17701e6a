import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { paymentPart, paymentReturn, paymentRow } from '@yibao/drizzle/settlement-clearing-payment'
import { and, desc, eq, getTableColumns, lt, ne } from 'drizzle-orm'

/** What the bank said that contradicts its answer of before, and what was decided about it. */
export type PaymentReturn = typeof paymentReturn.$inferSelect

/** A return with the row of the batch it is about. */
export interface ShownReturn extends PaymentReturn {
  readonly batchId: string
  readonly number: number
}

export async function addReturns(tx: Tx, returns: readonly PaymentReturn[]): Promise<void> {
  if (returns.length > 0) await tx.insert(paymentReturn).values([...returns])
}

/** The rows of a batch about which a return is not decided. */
export async function listReported(tx: Tx, batchId: string): Promise<ReadonlySet<string>> {
  const rows = await tx
    .select({ rowId: paymentReturn.rowId })
    .from(paymentReturn)
    .innerJoin(paymentRow, eq(paymentRow.id, paymentReturn.rowId))
    .where(and(eq(paymentRow.batchId, batchId), eq(paymentReturn.state, 'OPEN')))
  return new Set(rows.map((one) => one.rowId))
}

const shown = (db: ReadTx | Tx) =>
  db
    .select({
      ...getTableColumns(paymentReturn),
      batchId: paymentRow.batchId,
      number: paymentRow.number,
    })
    .from(paymentReturn)
    .innerJoin(paymentRow, eq(paymentRow.id, paymentReturn.rowId))

export async function findReturn(db: ReadTx | Tx, id: string): Promise<ShownReturn | null> {
  const [row] = await shown(db).where(eq(paymentReturn.id, id))
  return row ?? null
}

/** Holds a return that is to be decided; its batch is held before, as by whoever reads answers. */
export async function holdReturn(tx: Tx, id: string): Promise<PaymentReturn | null> {
  const [row] = await tx.select().from(paymentReturn).where(eq(paymentReturn.id, id)).for('update')
  return row ?? null
}

export async function decideReturn(
  tx: Tx,
  id: string,
  decision: Pick<PaymentReturn, 'state' | 'reason' | 'decidedBy' | 'decidedAt'>,
): Promise<void> {
  await tx.update(paymentReturn).set(decision).where(eq(paymentReturn.id, id))
}

/** The money of a row came back: what it paid may be paid by another. */
export async function reopenRow(tx: Tx, rowId: string): Promise<void> {
  await tx.update(paymentRow).set({ state: 'RETURNED' }).where(eq(paymentRow.id, rowId))
  await tx.update(paymentPart).set({ open: false }).where(eq(paymentPart.rowId, rowId))
}

/** A row that was rejected was paid after all. */
export async function payRow(
  tx: Tx,
  rowId: string,
  answer: Pick<typeof paymentRow.$inferSelect, 'bankReference' | 'answeredAt'>,
): Promise<void> {
  await tx
    .update(paymentRow)
    .set({ ...answer, state: 'PAID', reason: null })
    .where(eq(paymentRow.id, rowId))
  await tx.update(paymentPart).set({ open: true }).where(eq(paymentPart.rowId, rowId))
}

interface ReturnFilter {
  readonly institution?: string
  readonly pool?: string
  readonly decided: boolean | null
  readonly before?: string
}

/** A page of returns, the latest first. */
export const listReturns = async (
  db: ReadTx,
  { institution, pool, decided, before }: ReturnFilter,
  limit: number,
): Promise<ShownReturn[]> =>
  shown(db)
    .where(
      and(
        institution === undefined ? undefined : eq(paymentReturn.institution, institution),
        pool === undefined ? undefined : eq(paymentReturn.pool, pool),
        decided === null ? undefined : (decided ? ne : eq)(paymentReturn.state, 'OPEN'),
        before === undefined ? undefined : lt(paymentReturn.id, before),
      ),
    )
    .orderBy(desc(paymentReturn.id))
    .limit(limit)
