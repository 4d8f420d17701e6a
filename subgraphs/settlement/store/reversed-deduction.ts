import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'

/** A deduction that stands although its settlement was reversed. */
export interface ReversedDeduction {
  readonly id: string
  /** Month of the reversal. */
  readonly month: string
}

/** Deductions to be given back, of one institution or of all, in the order in which they were made. */
export async function listReversed(
  db: ReadTx | Tx,
  institution: string | null,
  limit: number,
): Promise<ReversedDeduction[]> {
  const { rows } = await db.execute<{ id: string; month: string }>(sql`
    select d.id, to_char(settlement.id_day(v.reversal_id), 'YYYY-MM') as month
    from settlement.deduction d
    join settlement.reversal v on v.settlement_id = d.settlement_id and v.insured_id = d.insured_id
    where d.amount > 0 and (${institution}::text is null or d.institution = ${institution})
      and not exists (select from settlement.deduction w where w.withdraws = d.id)
    order by d.id limit ${limit}`)
  return rows
}

/** Whether a settlement was reversed. */
export async function isReversed(
  tx: Tx,
  { insuredId, settlementId }: { readonly insuredId: string; readonly settlementId: string },
): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select 1 from settlement.reversal where settlement_id = ${settlementId} and insured_id = ${insuredId}`)
  return rows.length > 0
}
