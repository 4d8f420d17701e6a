import type { Tx } from '@yibao/drizzle/connect'
import { randomUUIDv7 } from 'node:crypto'
import { sql } from 'drizzle-orm'

/** What this subgraph tells the others. Payloads hold ids, codes and days, nothing that names a person. */
export type Topic = 'person.registered' | 'enrolment.entered' | 'enrolment.ended'

interface Event {
  readonly insuredId: string
  readonly topic: Topic
  readonly payload: Readonly<Record<string, string | null>>
  readonly at: Temporal.Instant
}

/** Puts an event into the outbox, in the transaction of what happened. */
export async function addEvent(tx: Tx, { insuredId, topic, payload, at }: Event): Promise<void> {
  await tx.execute(sql`
    insert into insured.outbox (id, insured_id, topic, payload, at)
    values (${randomUUIDv7()}, ${insuredId}, ${topic}, ${JSON.stringify(payload)}::jsonb, ${at.toString()})`)
}
