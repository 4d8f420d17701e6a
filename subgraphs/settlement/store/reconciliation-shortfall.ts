import type { ReadTx } from '@yibao/drizzle/connect'
import { fenOf, type Fen } from '@yibao/schema/money'
import { sql } from 'drizzle-orm'
import type { DeclaredTotals } from '../domain/reconciliation-shortfall.ts'
import type { Reconciliation } from './reconciliation.ts'

interface Declared extends Record<string, unknown> {
  readonly run: string
  readonly count: string
  readonly total: string
  readonly fund: string
  readonly account: string
  readonly cash: string | null
}

const fen = (text: string): Fen => fenOf(BigInt(text))

/**
 * The totals an institution sent last of the scope of a run, of settlements and reversals together. Once lines have reached
 * them they have served: what is mended in the books after that is not held against them.
 */
export async function findDeclaredTotals(db: ReadTx, run: Reconciliation): Promise<DeclaredTotals | null> {
  const { rows } = await db.execute<Declared>(sql`
    select t.id::text as run, t.there_count::text as count, t.there_total::text as total, t.there_fund::text as fund,
      t.there_account::text as account, t.there_cash::text as cash
    from settlement.reconciliation t
    where (t.institution, t.agency, t.insurance_type, t.clearing_type, t.from_on, t.to_on) = (${run.institution},
        ${run.agency}, ${run.insuranceType}, ${run.clearingType}, ${run.from.toString()}::date, ${run.to.toString()}::date)
      and t.kind = 'TOTALS' and t.refunds is null
      and not exists (select from settlement.reconciliation r
        where (r.institution, r.agency, r.insurance_type, r.clearing_type, r.from_on, r.to_on)
            = (t.institution, t.agency, t.insurance_type, t.clearing_type, t.from_on, t.to_on)
          and r.kind <> 'TOTALS' and r.state in ('BALANCED', 'DIFFERENT') and r.shortfall is null
          and r.finished_at > t.finished_at)
    order by t.finished_at desc, t.id desc limit 1`)
  const [found] = rows
  if (found === undefined) return null
  const { run: id, count, total, fund, account, cash } = found
  const sums = {
    total: fen(total),
    fundTotal: fen(fund),
    account: fen(account),
    cash: cash === null ? null : fen(cash),
  }
  return { run: id, sums: { count: Number(count), ...sums } }
}

/** Whether the last line of a run is among what differs. */
export async function isLastLineDifferent(db: ReadTx, runId: string): Promise<boolean> {
  const { rows } = await db.execute<{ different: boolean }>(sql`
    select coalesce((select max(d.line) from settlement.reconciliation_difference d where d.run_id = ${runId}), 0)
      >= greatest(1, (select max(l.line) from settlement.reconciliation_line l where l.run_id = ${runId})) as different`)
  return rows[0]?.different === true
}
