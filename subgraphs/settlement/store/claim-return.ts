import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { claimPaymentReturn, claimPaymentRow } from '@yibao/drizzle/settlement-claim-payment'
import { and, desc, eq, getTableColumns, lt, ne } from 'drizzle-orm'

/** What the bank said of a claim’s payment against its answer of before, and what was decided about it. */
export type ClaimReturn = typeof claimPaymentReturn.$inferSelect

/** With the row of the batch it is about. */
export interface ShownClaimReturn extends ClaimReturn {
  readonly batchId: string
  readonly number: number
  readonly claimNumber: string
}

export async function addClaimReturns(tx: Tx, returns: readonly ClaimReturn[]): Promise<void> {
  if (returns.length > 0) await tx.insert(claimPaymentReturn).values([...returns])
}

/** The rows of a batch about which a return is not decided. */
export async function listReportedRows(tx: Tx, batchId: string): Promise<ReadonlySet<string>> {
  const rows = await tx
    .select({ rowId: claimPaymentReturn.rowId })
    .from(claimPaymentReturn)
    .innerJoin(claimPaymentRow, eq(claimPaymentRow.id, claimPaymentReturn.rowId))
    .where(and(eq(claimPaymentRow.batchId, batchId), eq(claimPaymentReturn.state, 'OPEN')))
  return new Set(rows.map((one) => one.rowId))
}

const shown = (db: ReadTx | Tx) =>
  db
    .select({
      ...getTableColumns(claimPaymentReturn),
      batchId: claimPaymentRow.batchId,
      number: claimPaymentRow.number,
      claimNumber: claimPaymentRow.claimNumber,
    })
    .from(claimPaymentReturn)
    .innerJoin(claimPaymentRow, eq(claimPaymentRow.id, claimPaymentReturn.rowId))

export async function findClaimReturn(db: ReadTx | Tx, id: string): Promise<ShownClaimReturn | null> {
  const [row] = await shown(db).where(eq(claimPaymentReturn.id, id))
  return row ?? null
}

/** Holds a return that is to be decided; its batch is held before, as by whoever reads answers. */
export async function holdClaimReturn(tx: Tx, id: string): Promise<ClaimReturn | null> {
  const [row] = await tx.select().from(claimPaymentReturn).where(eq(claimPaymentReturn.id, id)).for('update')
  return row ?? null
}

export async function decideClaimReturn(
  tx: Tx,
  id: string,
  decision: Pick<ClaimReturn, 'state' | 'reason' | 'decidedBy' | 'decidedAt'>,
): Promise<void> {
  await tx.update(claimPaymentReturn).set(decision).where(eq(claimPaymentReturn.id, id))
}

interface ReturnFilter {
  readonly pool?: string
  readonly decided: boolean | null
  readonly before?: string
}

/** A page of returns, the latest first. */
export const listClaimReturns = (
  db: ReadTx,
  { pool, decided, before }: ReturnFilter,
  limit: number,
): Promise<ShownClaimReturn[]> =>
  shown(db)
    .where(
      and(
        pool === undefined ? undefined : eq(claimPaymentReturn.pool, pool),
        decided === null ? undefined : (decided ? ne : eq)(claimPaymentReturn.state, 'OPEN'),
        before === undefined ? undefined : lt(claimPaymentReturn.id, before),
      ),
    )
    .orderBy(desc(claimPaymentReturn.id))
    .limit(limit)
