import type { Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'
import { endOfMonth } from '../domain/clearing.ts'

/** Whether an institution has or had an agreement with any bureau. */
export async function isDesignated(tx: Tx, institution: string): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select 1 from institutions.designation_v1 d where d.institution = ${institution} limit 1`)
  return rows.length > 0
}

/** Whether an institution had an agreement with a bureau on any day of a month. */
export async function hasAgreement(tx: Tx, institution: string, pool: string, month: string): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select 1 from institutions.designation_v1 d where d.institution = ${institution} and d.pool = ${pool}
      and d.begin_on < ${endOfMonth(month).toString()}::date and coalesce(d.end_on, 'infinity') >= ${`${month}-01`}::date
      and not (d.status = 'TERMINATED' and coalesce(d.since <= ${`${month}-01`}::date, false)) limit 1`)
  return rows.length > 0
}

/** The bureaus that clear with an institution and have not closed a month of it yet. */
export async function listAgencies(tx: Tx, institution: string, month: string): Promise<string[]> {
  const { rows } = await tx.execute<{ pool: string }>(sql`
    select distinct d.pool from institutions.designation_v1 d
    where d.institution = ${institution} and not exists (select from settlement.closed_period c
      where c.kind = 'MONTH' and c.pool = d.pool and c.scope = d.institution and c.period = ${month})
    order by 1`)
  return rows.map(({ pool }) => pool)
}
