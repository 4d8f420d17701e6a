import type { Access } from '@yibao/schema/access-page'
import type { PageWanted } from '@yibao/schema/page'
import { sql } from 'drizzle-orm'
import type { ReadTx } from './connect.ts'
import type { Schema } from './roles.ts'

interface Row extends Record<string, unknown>, Omit<Access, 'at'> {
  readonly at: string
}

/**
 * Readings of a person's data, under whichever of their records, latest first, one more than the page holds. The row rules
 * decide who may know them.
 */
export async function listAccesses(
  tx: ReadTx,
  schema: Schema,
  records: readonly string[],
  { size, after }: PageWanted,
): Promise<Access[]> {
  const { rows } = await tx.execute<Row>(sql`
    select one.id, role, operation, purpose,
      to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
      case when role in ('institution', 'staff') then split_part(actor, ':', 2) end as organisation
    from unnest(${sql.param([...records])}::uuid[]) as own (id) cross join lateral (
      select * from ${sql.identifier(schema)}.access_log
      where subject = own.id and (${after}::uuid is null or access_log.id < ${after}::uuid)
      order by access_log.id desc limit ${size + 1}) as one
    order by one.id desc limit ${size + 1}`)
  return rows.map((row) => ({ ...row, at: Temporal.Instant.from(row.at) }))
}
