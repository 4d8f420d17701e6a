import { randomUUIDv7 } from 'node:crypto'
import type { Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'
import type { Filing } from '../domain/filing.ts'

/** What this subgraph tells the others. */
export type Topic = 'filing.filed' | 'filing.cancelled' | 'filing.replaced'

/** Puts an event into the outbox, in the transaction of what happened. */
export async function addEvent(tx: Tx, topic: Topic, filing: Filing, at: Temporal.Instant): Promise<void> {
  const payload = {
    filingId: filing.id,
    pool: filing.pool,
    type: filing.type,
    destination: filing.destination,
    beginOn: filing.beginOn.toString(),
    endOn: filing.endOn?.toString() ?? null,
    cancelledFrom: filing.cancelledFrom?.toString() ?? null,
  }
  await tx.execute(sql`
    insert into cross_province.outbox (id, insured_id, topic, payload, at)
    values (${randomUUIDv7()}, ${filing.insuredId}, ${topic}, ${JSON.stringify(payload)}::jsonb, ${at.toString()})`)
}
