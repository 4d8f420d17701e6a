import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { settlementLine } from '@yibao/drizzle/settlement'
import { clearingItem, deduction, deductionAppeal } from '@yibao/drizzle/settlement-clearing'
import type { Fen } from '@yibao/schema/money'
import { and, asc, desc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Appeal, ClearingItem, Deduction } from '../domain/monthly-statement.ts'

export const addDeduction = async (tx: Tx, one: Deduction): Promise<void> =>
  void (await tx.insert(deduction).values(one))

/** A deduction, or the withdrawal of one; null when there is none the reader may see. */
export async function findDeduction(db: ReadTx | Tx, id: string): Promise<Deduction | null> {
  const [row] = await db.select().from(deduction).where(eq(deduction.id, id))
  return row ?? null
}

/** Whether a deduction was withdrawn. */
export async function isWithdrawn(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.select({ id: deduction.id }).from(deduction).where(eq(deduction.withdraws, id))
  return rows.length > 0
}

/** Whether anything of a statement is deducted and was not withdrawn. */
export async function hasDeductions(tx: Tx, statementId: string): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select 1 from settlement.deduction d where d.statement_id = ${statementId} and d.amount > 0
      and not exists (select from settlement.deduction w where w.withdraws = d.id) limit 1`)
  return rows.length > 0
}

/** Deductions of a statement in the order in which they were made, from the cursor on. */
export const listDeductions = async (
  db: ReadTx,
  statementId: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<Deduction[]> =>
  db
    .select()
    .from(deduction)
    .where(and(eq(deduction.statementId, statementId), after === null ? undefined : gt(deduction.id, after)))
    .orderBy(asc(deduction.id))
    .limit(limit)

/** Holds the settlement a deduction is of, wherever it stands. */
export async function holdItem(tx: Tx, { insuredId, settlementId }: Deduction): Promise<ClearingItem | null> {
  const [row] = await tx
    .select()
    .from(clearingItem)
    .where(and(eq(clearingItem.insuredId, insuredId), eq(clearingItem.settlementId, settlementId)))
    .for('update')
  return row ?? null
}

/**
 * When something is deducted of a held settlement, or that is withdrawn: after whatever was before, also where the clock of
 * another process is ahead. What is told to another province, and settled with it, goes in the order of the ids.
 */
export async function afterLast(
  tx: Tx,
  { insuredId, settlementId }: Pick<ClearingItem, 'insuredId' | 'settlementId'>,
  now: Temporal.Instant,
): Promise<Temporal.Instant> {
  const [last] = await tx
    .select({ at: deduction.at })
    .from(deduction)
    .where(and(eq(deduction.insuredId, insuredId), eq(deduction.settlementId, settlementId)))
    .orderBy(desc(deduction.at))
    .limit(1)
  if (last === undefined || last.at.epochMilliseconds < now.epochMilliseconds) return now
  return last.at.add({ milliseconds: 1 })
}

/** A settlement in a statement. */
export async function findItem(tx: Tx, statementId: string, settlementId: string): Promise<ClearingItem | null> {
  const [row] = await tx
    .select()
    .from(clearingItem)
    .where(and(eq(clearingItem.statementId, statementId), eq(clearingItem.settlementId, settlementId)))
    .for('update')
  return row ?? null
}

export const setDeducted = async (tx: Tx, { insuredId, settlementId }: ClearingItem, deducted: Fen): Promise<void> =>
  void (await tx
    .update(clearingItem)
    .set({ deducted })
    .where(and(eq(clearingItem.insuredId, insuredId), eq(clearingItem.settlementId, settlementId))))

/** The number of a line within its settlement, by its serial; null when there is none. */
export async function findLineNumber(
  tx: Tx,
  { insuredId, settlementId }: ClearingItem,
  serial: string,
): Promise<number | null> {
  const [row] = await tx
    .select({ number: settlementLine.number })
    .from(settlementLine)
    .where(
      and(
        eq(settlementLine.settlementId, settlementId),
        eq(settlementLine.insuredId, insuredId),
        eq(settlementLine.serial, serial),
      ),
    )
  return row?.number ?? null
}

/** Adds an appeal; false when the deduction has one. */
export async function addAppeal(tx: Tx, appeal: Appeal): Promise<boolean> {
  const added = await tx.insert(deductionAppeal).values(appeal).onConflictDoNothing().returning()
  return added.length === 1
}

/** Holds the appeal against a deduction. */
export async function holdAppeal(tx: Tx, deductionId: string): Promise<Appeal | null> {
  const [row] = await tx
    .select()
    .from(deductionAppeal)
    .where(eq(deductionAppeal.deductionId, deductionId))
    .for('update')
  return row ?? null
}

export async function hasOpenAppeals(tx: Tx, statementId: string): Promise<boolean> {
  const rows = await tx
    .select({ id: deductionAppeal.deductionId })
    .from(deductionAppeal)
    .where(and(eq(deductionAppeal.statementId, statementId), eq(deductionAppeal.state, 'OPEN')))
    .limit(1)
  return rows.length > 0
}

export const decide = async (
  tx: Tx,
  deductionId: string,
  decision: Pick<Appeal, 'state' | 'answer' | 'decidedBy' | 'decidedAt'>,
): Promise<void> =>
  void (await tx.update(deductionAppeal).set(decision).where(eq(deductionAppeal.deductionId, deductionId)))

/** What was said against deductions, and by what they were withdrawn, by the id of the deduction. */
export async function listBeside(
  db: ReadTx,
  ids: readonly string[],
): Promise<{ readonly appeals: ReadonlyMap<string, Appeal>; readonly withdrawals: ReadonlyMap<string, string> }> {
  const appeals = await db
    .select()
    .from(deductionAppeal)
    .where(inArray(deductionAppeal.deductionId, [...ids]))
  const withdrawals = await db
    .select({ id: deduction.id, withdraws: deduction.withdraws })
    .from(deduction)
    .where(inArray(deduction.withdraws, [...ids]))
  return {
    appeals: new Map(appeals.map((one) => [one.deductionId, one])),
    withdrawals: new Map(withdrawals.map((one) => [one.withdraws ?? '', one.id])),
  }
}
