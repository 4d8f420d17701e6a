import type { Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'
import type { Designation } from '../domain/referrer.ts'

interface Row extends Record<string, unknown> {
  readonly pool: string
  readonly kind: string
  readonly level: string
  readonly status: string
  readonly begin_on: string
  readonly end_on: string | null
}

/** The agreements of an institution with its name, from the view that institutions publishes. */
export async function findHospital(tx: Tx, institution: string) {
  const { rows } = await tx.execute<Row & { readonly name: string }>(sql`
    select name, pool, kind, level, status, begin_on::text, end_on::text
    from institutions.designation_v1 where institution = ${institution} order by pool`)
  return rows.map(({ begin_on: beginOn, end_on: endOn, ...rest }) => ({
    ...rest,
    beginOn: Temporal.PlainDate.from(beginOn),
    endOn: endOn === null ? null : Temporal.PlainDate.from(endOn),
  }))
}

/** The agreements of an institution, from the view that institutions publishes. */
export async function findDesignations(tx: Tx, institution: string): Promise<Designation[]> {
  const { rows } = await tx.execute<Row>(sql`
    select pool, kind, level, status, begin_on::text, end_on::text
    from institutions.designation_v1 where institution = ${institution}`)
  return rows.map(({ begin_on, end_on, ...rest }) => ({
    ...rest,
    beginOn: Temporal.PlainDate.from(begin_on),
    endOn: end_on === null ? null : Temporal.PlainDate.from(end_on),
  }))
}
