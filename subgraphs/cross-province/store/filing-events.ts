import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { filingEvent } from '@yibao/drizzle/cross-province'
import { asc, inArray, sql } from 'drizzle-orm'
import type { FilingEvent } from '../domain/event.ts'

/** Adds a change to the history of a filing; answers its number. */
export async function addEvent(tx: Tx, event: Omit<FilingEvent, 'number'>): Promise<number> {
  const { insuredId, filingId, action, reason, actor, at } = event
  const { rows } = await tx.execute<{ number: number }>(sql`
    insert into cross_province.filing_event (insured_id, filing_id, number, action, reason, actor, at)
    select ${insuredId}::uuid, ${filingId}::uuid, coalesce(max(e.number), 0) + 1, ${action}, ${reason}::text, ${actor},
      ${at.toString()}::timestamptz
    from cross_province.filing_event e where e.insured_id = ${insuredId} and e.filing_id = ${filingId}
    returning number`)
  return rows[0]?.number ?? 0
}

/** The history of these filings as far as the reader may know it, oldest first. */
export const findEvents = (tx: ReadTx, filingIds: readonly string[]): Promise<FilingEvent[]> =>
  tx
    .select()
    .from(filingEvent)
    .where(inArray(filingEvent.filingId, [...filingIds]))
    .orderBy(asc(filingEvent.filingId), asc(filingEvent.number))
