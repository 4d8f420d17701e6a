import { systemClock } from '@yibao/schema/dates'
import { sql } from 'drizzle-orm'
import type { Database, Tx } from './connect.ts'
import type { Schema } from './roles.ts'
import { firstIdOf } from './uuid.ts'
import { newId } from './uuid.ts'

export interface NewEvent {
  readonly topic: string
  /** Ids, codes, amounts as text: nothing that names a person. */
  readonly payload: Readonly<Record<string, unknown>>
  readonly insuredId?: string | null
  readonly at: Temporal.Instant
}

export interface Event extends Required<NewEvent> {
  readonly id: string
}

/** Tells the other subgraphs, in the transaction of what happened: both come to be, or neither. Returns the id. */
export async function publish(tx: Tx, schema: Schema, event: NewEvent): Promise<string> {
  const id = newId()
  await tx.execute(sql`
    insert into ${sql.identifier(schema)}.outbox (id, insured_id, topic, payload, at)
    values (${id}, ${event.insuredId ?? null}, ${event.topic}, ${JSON.stringify(event.payload)}::jsonb,
      ${event.at.toString()})`)
  return id
}

export interface Consumption {
  readonly from: Schema
  readonly topics: readonly string[]
  /** Events made before this are taken to be consumed, which spares looking through all there ever were. */
  readonly since?: Temporal.Instant | undefined
  readonly limit?: number
}

/**
 * Carries out the effect of each event that had none here yet, each in a transaction of its own together with the note
 * that it had; two processes may consume at once. An event whose effect fails stays for the next time and does not
 * hold up the others.
 *
 * Events are found because they are not noted, not because they come after the last one: an event becomes visible when
 * its transaction ends, which may be later than that of events with a higher id. Pass `since` for the frequent run and
 * leave it out from time to time.
 */
export async function consume(
  db: Database,
  consumption: Consumption,
  effect: (tx: Tx, event: Event) => Promise<void>,
): Promise<{ done: number; failures: unknown[] }> {
  const events = await findUnnoted(db, consumption)
  let done = 0
  const failures: unknown[] = []
  for (const event of events) {
    try {
      const isMine = await db.orm.transaction(async (tx) => {
        const first = await note(tx, db.schema, event.id)
        if (first) await effect(tx, event)
        return first
      })
      if (isMine) done += 1
    } catch (error) {
      failures.push(error)
    }
  }
  return { done, failures }
}

/**
 * Answers, run by run, since when a consumer looks for events: for a while back, and with the first and every so many runs
 * for all there ever were (undefined). By the clock of the machine, which makes the ids of events, whatever the clock of the
 * platform says: in a sandbox that runs ahead, days perhaps.
 */
export function createLookBack(back: Temporal.DurationLike, wholeEvery: number): () => Temporal.Instant | undefined {
  let run = 0
  return () => {
    const isWhole = run % wholeEvery === 0
    run += 1
    return isWhole ? undefined : systemClock().subtract(back)
  }
}

/** Events that had no effect here yet, for effects that cannot share a transaction with the note and bear being repeated. */
export const findUnconsumed = (db: Database, consumption: Consumption): Promise<Event[]> => findUnnoted(db, consumption)

/** Notes that an event took effect, after it did. */
export const noteConsumed = async (db: Database, eventId: string): Promise<void> =>
  void (await note(db.orm, db.schema, eventId))

interface Row extends Record<string, unknown> {
  readonly id: string
  readonly insured_id: string | null
  readonly topic: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly at: string
}

async function findUnnoted(
  { orm, schema }: Database,
  { from, topics, since, limit = 100 }: Consumption,
): Promise<Event[]> {
  const first = since === undefined ? sql`` : sql`and e.id >= ${firstIdOf(since)}`
  const { rows } = await orm.execute<Row>(sql`
    select e.id, e.insured_id, e.topic, e.payload, e.at from ${sql.identifier(from)}.events_v1 e
    where e.topic = any(${sql.param(topics)}) ${first}
      and not exists (select from ${sql.identifier(schema)}.inbox i where i.event_id = e.id)
    order by e.id limit ${limit}`)
  return rows.map(({ insured_id: insuredId, at, ...row }) => ({ ...row, insuredId, at: Temporal.Instant.from(at) }))
}

/** False when another process noted it first; waits for that one to finish. */
async function note(tx: Tx, schema: Schema, eventId: string): Promise<boolean> {
  const { rowCount } = await tx.execute(sql`
    insert into ${sql.identifier(schema)}.inbox (event_id) values (${eventId}) on conflict do nothing`)
  return rowCount === 1
}
