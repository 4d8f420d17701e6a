import type { Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'

/** An agreement of which the institution is told that it ends. */
export interface Ending extends Record<string, unknown> {
  readonly id: string
  readonly institution: string
  readonly pool: string
  readonly endOn: string
}

const BATCH = 100

/**
 * Ends agreements whose last day was decided beforehand and is over; their settlement already ended with that day. One that
 * is suspended then is terminated from that suspension on, as if at once.
 */
export async function endDecided(tx: Tx, today: Temporal.PlainDate): Promise<number> {
  const { rowCount } = await tx.execute(sql`
    update institutions.agreement set status = 'TERMINATED', suspended_until = null,
      status_since = case status when 'ACTIVE' then terminates_on::timestamp at time zone 'Asia/Shanghai' else status_since end,
      terminates_on = case status when 'ACTIVE' then terminates_on end
    where terminates_on <= ${today.toString()} and status <> 'TERMINATED'`)
  return rowCount ?? 0
}

interface Span {
  readonly today: Temporal.PlainDate
  readonly days: number
}

/**
 * Takes agreements that end soon, have no successor and were not warned of that day yet. Whoever took one has warned of
 * it: two workers never take the same.
 */
export async function takeEnding(tx: Tx, { today, days }: Span): Promise<Ending[]> {
  const { rows } = await tx.execute<Ending>(sql`
    update institutions.agreement set warned_of = end_on where id in (
      select a.id from institutions.agreement a
      where a.status <> 'TERMINATED' and a.end_on between ${today.toString()} and ${today.add({ days }).toString()}
        and a.terminates_on is null and a.warned_of is distinct from a.end_on
        and not exists (select from institutions.agreement n where n.institution = a.institution and n.pool = a.pool
          and n.begin_on > a.end_on and n.status <> 'TERMINATED')
      order by a.end_on limit ${BATCH} for update skip locked)
    returning id, institution, pool, end_on as "endOn"`)
  return rows
}
