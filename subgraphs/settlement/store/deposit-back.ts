import type { Tx } from '@yibao/drizzle/connect'
import { depositBack, monthlyStatement } from '@yibao/drizzle/settlement-clearing'
import { fenOf, rateOf, type Fen } from '@yibao/schema/money'
import { asc, eq, inArray, sql } from 'drizzle-orm'
import type { DepositBack, ReversedPart } from '../domain/clearing.ts'
import type { MonthlyStatement } from '../domain/monthly-statement.ts'

/** The reversals in a statement with what each brought to other statements: its fund part there, less deductions. */
const BROUGHT = (id: string) => sql`
  select x.statement_id, sum(x.amount) as base from settlement.clearing_item i
  join settlement.reversal v on v.reversal_id = i.settlement_id and v.insured_id = i.insured_id
  cross join lateral (
    select o.statement_id, o.fund as amount from settlement.clearing_item o
    where o.insured_id = v.insured_id and o.settlement_id = v.settlement_id
    union all
    select d.statement_id, -d.amount from settlement.deduction d
    where d.insured_id = v.insured_id and d.settlement_id = v.settlement_id and d.statement_id is not null) x
  where i.statement_id = ${id} and i.reversal and x.statement_id <> ${id} group by 1 having sum(x.amount) > 0`

/** Other statements, settlements of which are reversed in this one. */
export async function listReversedParts(tx: Tx, id: string): Promise<ReversedPart[]> {
  const { rows } = await tx.execute<{ id: string; base: string; ratio: string; left: string }>(sql`
    select m.id, b.base::text as base, m.deposit_ratio::text as ratio,
      (case when m.release_id is null then m.deposit_kept - coalesce((
        select sum(amount) from settlement.deposit_back g where g.of_statement_id = m.id and g.statement_id <> ${id}
      ), 0) else 0 end)::text as left
    from (${BROUGHT(id)}) b join settlement.monthly_statement m on m.id = b.statement_id order by m.id`)
  return rows.map(({ id: statementId, base, ratio, left }) => ({
    statementId,
    base: fenOf(BigInt(base)),
    depositRatio: rateOf(BigInt(ratio)),
    left: fenOf(BigInt(left)),
  }))
}

/** What went back already of the deposit of a statement. */
export async function sumGone(tx: Tx, id: string): Promise<Fen> {
  const [row] = await tx
    .select({ gone: sql<string>`coalesce(sum(${depositBack.amount}), 0)::text` })
    .from(depositBack)
    .where(eq(depositBack.ofStatementId, id))
  return fenOf(BigInt(row?.gone ?? 0))
}

/** Holds the statements whose deposits go back with what is reversed in this one, so that no score releases them meanwhile. */
export async function holdReversedParts(tx: Tx, id: string): Promise<void> {
  const parts = await listReversedParts(tx, id)
  if (parts.length === 0) return
  const ids = parts.map((one) => one.statementId)
  const held = tx.select({ id: monthlyStatement.id }).from(monthlyStatement).where(inArray(monthlyStatement.id, ids))
  await held.orderBy(asc(monthlyStatement.id)).for('update')
}

/** Notes for good what goes back of other deposits when a statement is confirmed. */
export async function addBacks(
  tx: Tx,
  { id, institution, pool }: Pick<MonthlyStatement, 'id' | 'institution' | 'pool'>,
  backs: readonly DepositBack[],
): Promise<void> {
  if (backs.length === 0) return
  await tx.insert(depositBack).values(backs.map((one) => ({ ...one, statementId: id, institution, pool })))
}
