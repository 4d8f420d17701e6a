import type { Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { webhook, webhookDelivery } from '@yibao/drizzle/institutions-webhook'
import { and, eq, isNull, isNotNull, sql } from 'drizzle-orm'
import type { Attempt } from '../domain/webhook.ts'

/** A message that is due, taken by this process for a while. */
export interface Due {
  readonly id: string
  readonly webhookId: string
  readonly messageId: string
  readonly url: string
  readonly body: string
  /** Tries, this one counted. */
  readonly tries: number
  readonly secret: Uint8Array
  readonly oldSecret: Uint8Array | null
  readonly institution: string | null
  readonly employer: string | null
  readonly failingSince: Temporal.Instant | null
}

// Whoever takes a message puts it off, so that one that dies while sending does not keep it, and no two send it at once.
const TAKE = `
  with due as (
    select d.id from institutions.webhook_delivery d join institutions.webhook w on w.id = d.webhook_id
    where d.state = 'WAITING' and d.next_at <= $1 and w.state = 'ACTIVE'
    order by d.next_at limit $2 for update of d skip locked)
  update institutions.webhook_delivery d set tries = d.tries + 1, next_at = $1::timestamptz + interval '2 minutes'
  from due, institutions.webhook w, institutions.webhook_secret s
  where d.id = due.id and w.id = d.webhook_id and s.webhook_id = w.id
  returning d.id, d.webhook_id as "webhookId", d.message_id as "messageId", w.url, d.body, d.tries, s.secret,
    case when s.old_until > $1 then s.old_secret end as "oldSecret", w.institution, w.employer,
    w.failing_since as "failingSince"`

export const takeDue = (db: Statements, now: Temporal.Instant, limit: number): Promise<Due[]> =>
  db.unsafe<Due>(TAKE, [now, limit])

const ATTEMPTS_KEPT = 30

interface Outcome {
  readonly attempt: Attempt
  readonly state: 'WAITING' | 'DELIVERED' | 'GIVEN_UP'
  readonly nextAt: Temporal.Instant | null
  readonly at: Temporal.Instant
}

/** Notes what came of a try; false when the message was replayed or given up meanwhile. */
export async function noteAttempt(
  tx: Tx,
  { id, tries }: Due,
  { attempt, state, nextAt, at }: Outcome,
): Promise<boolean> {
  const log = sql`(select jsonb_agg(a order by n) from jsonb_array_elements(${webhookDelivery.attempts}
    || ${JSON.stringify(attempt)}::jsonb) with ordinality as t (a, n)
    where n > jsonb_array_length(${webhookDelivery.attempts}) + 1 - ${ATTEMPTS_KEPT}::int)`
  const rows = await tx
    .update(webhookDelivery)
    .set({ attempts: log, state, nextAt, deliveredAt: state === 'DELIVERED' ? at : null })
    .where(and(eq(webhookDelivery.id, id), eq(webhookDelivery.state, 'WAITING'), eq(webhookDelivery.tries, tries)))
    .returning({ id: webhookDelivery.id })
  return rows.length > 0
}

/** Notes since when an address is not reached, or that it is. */
export async function noteReached(tx: Tx, webhookId: string, failingSince: Temporal.Instant | null): Promise<void> {
  const differs = failingSince === null ? isNotNull(webhook.failingSince) : isNull(webhook.failingSince)
  await tx
    .update(webhook)
    .set({ failingSince })
    .where(and(eq(webhook.id, webhookId), differs))
}
