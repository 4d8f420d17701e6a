import type { Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'
import type { OpenStay } from '../domain/change.ts'

/** Stays of a person that are not settled, from the view that settlement publishes, and those in other provinces. */
export async function findOpenStays(tx: Tx, insuredId: string): Promise<OpenStay[]> {
  const { rows } = await tx.execute<OpenStay & Record<string, unknown>>(sql`
    select institution, false as "isElsewhere" from settlement.open_stay_v1 where insured_id in (select insured.records_v1(${insuredId}))
    union all
    select institution, true from cross_province.stay_elsewhere
    where insured_id in (select insured.records_v1(${insuredId})) and state = 'ADMITTED'`)
  return rows.map(({ institution, isElsewhere }) => ({ institution, isElsewhere }))
}
