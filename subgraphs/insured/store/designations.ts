import type { Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'
import type { Designation } from '../domain/designation.ts'

interface Row extends Record<string, unknown> {
  readonly status: Designation['status']
  readonly reason: string | null
}

/** The agreements of an institution, with whatever pool, whose period a day is in; from the view institutions publishes. */
export async function findDesignations(tx: Tx, institution: string, on: Temporal.PlainDate): Promise<Designation[]> {
  const day = on.toString()
  const { rows } = await tx.execute<Row>(sql`
    select status, reason from institutions.designation_v1
    where institution = ${institution} and begin_on <= ${day} and (end_on is null or end_on >= ${day})`)
  return rows
}
