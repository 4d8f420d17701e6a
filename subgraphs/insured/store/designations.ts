import type { Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'
import type { Designation } from '../domain/designation.ts'
import type { Known } from '../domain/register-disease.ts'

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

interface KnownRow extends Record<string, unknown> {
  readonly institution: string
  readonly active: boolean
}

/** Which of these institutions ever had an agreement, with whatever pool, and whether one is in force on a day. */
export async function findKnown(tx: Tx, institutions: readonly string[], on: Temporal.PlainDate): Promise<Known[]> {
  const day = on.toString()
  const { rows } = await tx.execute<KnownRow>(sql`
    select institution, bool_or(status = 'ACTIVE' and begin_on <= ${day} and (end_on is null or end_on >= ${day})) as active
    from institutions.designation_v1 where institution = any(${sql.param(institutions)}) group by institution`)
  return rows.map(({ institution, active }) => ({ institution, isActive: active }))
}
