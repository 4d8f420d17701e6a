import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { creditCorrection } from '@yibao/drizzle/settlement-credit'
import { account, person } from '@yibao/drizzle/settlement'
import { personAlias } from '@yibao/drizzle/settlement-merge'
import { fenOf, ZERO, type Fen } from '@yibao/schema/money'
import { eq, sql } from 'drizzle-orm'

/** The record that goes on for a person: itself unless it was merged. */
export async function survivorOf(tx: Tx, insuredId: string): Promise<string> {
  const [row] = await tx
    .select({ survivorId: personAlias.survivorId })
    .from(personAlias)
    .where(eq(personAlias.insuredId, insuredId))
  return row?.survivorId ?? insuredId
}

/** Opens the guard of a person's money where there is none yet, as the first bill or credit does. */
export const openGuard = async (tx: Tx, insuredId: string, at: Temporal.Instant): Promise<void> =>
  void (await tx.insert(person).values({ insuredId, version: 0n, lastAt: at }).onConflictDoNothing())

/** What both parts of an account hold. */
export async function findHeld(tx: Tx, insuredId: string): Promise<{ readonly current: Fen; readonly history: Fen }> {
  const rows = await tx
    .select({ kind: account.kind, balance: account.balance })
    .from(account)
    .where(eq(account.insuredId, insuredId))
  const of = (kind: 'CURRENT' | 'HISTORY') => rows.find((one) => one.kind === kind)?.balance ?? ZERO
  return { current: of('CURRENT'), history: of('HISTORY') }
}

/** Writes a correction of what was credited. */
export const addCorrection = async (tx: Tx, row: typeof creditCorrection.$inferInsert): Promise<void> =>
  void (await tx.insert(creditCorrection).values(row))

/** What was owed and recovered of credits that were corrected, by person and pool. */
const MOVED = `
  select c.insured_id, c.pool, c.amount - c.current - c.history as owed from settlement.credit_correction c
  union all select c.insured_id, c.pool, -c.recovered from settlement.credit c where c.recovered > 0`

/**
 * What a person owes in a pool, in fen, to be read with a credit. Records that were merged into theirs count with theirs; of
 * such a record nothing is recovered, since its money goes on.
 */
export const OWED = (insuredId: string, pool: string): string => `
  (select coalesce(sum(x.owed), 0)::bigint from (${MOVED}) x
    where x.pool = ${pool} and x.insured_id = any(array(
      select ${insuredId} union all select a.insured_id from settlement.person_alias a where a.survivor_id = ${insuredId}))
      and not exists (select from settlement.person_alias a where a.insured_id = ${insuredId}))`

/** What a person owes, as far as the reader may see it. */
export async function findOwed(tx: ReadTx, insuredId: string): Promise<Fen> {
  const { rows } = await tx.execute<{ owed: string }>(sql`
    select coalesce(sum(x.owed), 0)::text as owed from (${sql.raw(MOVED)}) x where x.insured_id = any(array(
      select ${insuredId}::uuid union all select a.insured_id from settlement.person_alias a
      where a.survivor_id = ${insuredId}::uuid))`)
  return fenOf(BigInt(rows[0]?.owed ?? 0))
}
