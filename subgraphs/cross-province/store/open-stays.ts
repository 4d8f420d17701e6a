import type { Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'
import type { OpenStay } from '../domain/change.ts'

/** Stays of a person that are not settled, from the view that settlement publishes, and those in other provinces. */
export async function findOpenStays(tx: Tx, insuredId: string): Promise<OpenStay[]> {
  const { rows } = await tx.execute<{ institution: string }>(sql`
    select institution from settlement.open_stay_v1 where insured_id in (select insured.records_v1(${insuredId}))
    union all
    select institution from cross_province.stay_elsewhere
    where insured_id in (select insured.records_v1(${insuredId})) and state = 'ADMITTED'`)
  return rows.map(({ institution }) => ({ institution }))
}
