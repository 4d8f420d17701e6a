import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { webhook, webhookDelivery, webhookSecret } from '@yibao/drizzle/institutions-webhook'
import { newId } from '@yibao/drizzle/uuid'
import { and, arrayContains, asc, desc, eq, gt, lt, ne, or, sql, type SQL } from 'drizzle-orm'
import type { Attempt, Delivery, Webhook, WebhookHolder, WebhookKind } from '../domain/webhook.ts'

const isOf = ({ institution, employer, channel }: WebhookHolder): SQL | undefined =>
  or(
    institution === null ? undefined : eq(webhook.institution, institution),
    employer === null ? undefined : eq(webhook.employer, employer),
    channel === null ? undefined : eq(webhook.channel, channel),
  )

interface WebhookFilter {
  /** Null for those that were not removed. */
  readonly state: Webhook['state'] | null
  readonly kind: WebhookKind | null
  readonly after: string | null
}

/** Webhooks the reader may see, the first added first. */
export const listWebhooks = (tx: ReadTx, { state, kind, after }: WebhookFilter, limit: number): Promise<Webhook[]> =>
  tx
    .select()
    .from(webhook)
    .where(
      and(
        state === null ? ne(webhook.state, 'REMOVED') : eq(webhook.state, state),
        kind === null ? undefined : arrayContains(webhook.kinds, [kind]),
        after === null ? undefined : gt(webhook.id, after),
      ),
    )
    .orderBy(asc(webhook.id))
    .limit(limit)

/** A webhook by id, if it was not removed. */
export async function findWebhook(tx: ReadTx | Tx, id: string): Promise<Webhook | null> {
  const [row] = await tx
    .select()
    .from(webhook)
    .where(and(eq(webhook.id, id), ne(webhook.state, 'REMOVED')))
  return row ?? null
}

export const countWebhooks = (tx: Tx, holder: WebhookHolder): Promise<number> =>
  tx.$count(webhook, and(isOf(holder), ne(webhook.state, 'REMOVED')))

type NewWebhook = WebhookHolder &
  Pick<Webhook, 'id' | 'url' | 'description' | 'createdAt'> & {
    readonly kinds: readonly WebhookKind[]
    readonly secret: Buffer
  }

export async function addWebhook(tx: Tx, { secret, kinds, ...one }: NewWebhook): Promise<void> {
  await tx.insert(webhook).values({ ...one, kinds: [...kinds], state: 'ACTIVE' })
  await tx.insert(webhookSecret).values({ webhookId: one.id, secret })
}

type Change = Partial<Pick<Webhook, 'url' | 'description' | 'state' | 'disabledAt' | 'failingSince'>> & {
  readonly kinds?: string[]
}

export async function changeWebhook(tx: Tx, id: string, change: Change): Promise<void> {
  await tx.update(webhook).set(change).where(eq(webhook.id, id))
}

export async function findSecret(tx: Tx, id: string): Promise<typeof webhookSecret.$inferSelect | null> {
  const [row] = await tx.select().from(webhookSecret).where(eq(webhookSecret.webhookId, id))
  return row ?? null
}

/** Puts another secret in force; the one before counts until its end. */
export async function changeSecret(tx: Tx, id: string, secret: Buffer, oldUntil: Temporal.Instant): Promise<void> {
  await tx
    .update(webhookSecret)
    .set({ secret, oldSecret: sql`${webhookSecret.secret}`, oldUntil })
    .where(eq(webhookSecret.webhookId, id))
}

/** Gives up what waits for an address that is not sent to any more; it can be replayed. */
export async function giveUpWaiting(tx: Tx, webhookId: string): Promise<void> {
  await tx
    .update(webhookDelivery)
    .set({ state: 'GIVEN_UP', nextAt: null })
    .where(and(eq(webhookDelivery.webhookId, webhookId), eq(webhookDelivery.state, 'WAITING')))
}

interface Told {
  readonly messageId: string
  readonly kind: WebhookKind
  readonly body: string
  readonly at: Temporal.Instant
}

/** Lets an event wait for every active address of a holder that wants its kind. */
export async function addDeliveries(tx: Tx, holder: WebhookHolder, told: Told): Promise<void> {
  const wanted = await tx
    .select({ id: webhook.id })
    .from(webhook)
    .where(and(isOf(holder), eq(webhook.state, 'ACTIVE'), arrayContains(webhook.kinds, [told.kind])))
  if (wanted.length === 0) return
  const { at, ...message } = told
  await tx.insert(webhookDelivery).values(
    wanted.map(({ id }) => ({
      ...message,
      ...holder,
      id: newId(),
      webhookId: id,
      state: 'WAITING' as const,
      attempts: [],
      tries: 0,
      nextAt: at,
      createdAt: at,
    })),
  )
}

const deliveryOf = ({ attempts, ...row }: typeof webhookDelivery.$inferSelect): Delivery => ({
  ...row,
  attempts: attempts as readonly Attempt[],
})

interface DeliveryFilter {
  readonly webhookId: string
  readonly before?: string | undefined
  readonly state?: Delivery['state'] | undefined
}

/** What was sent to an address, the latest event first. */
export async function listDeliveries(tx: ReadTx, filter: DeliveryFilter, limit: number): Promise<Delivery[]> {
  const { webhookId, before, state } = filter
  const rows = await tx
    .select()
    .from(webhookDelivery)
    .where(
      and(
        eq(webhookDelivery.webhookId, webhookId),
        before === undefined ? undefined : lt(webhookDelivery.id, before),
        state === undefined ? undefined : eq(webhookDelivery.state, state),
      ),
    )
    .orderBy(desc(webhookDelivery.id))
    .limit(limit)
  return rows.map(deliveryOf)
}

/** Which deliveries are to be sent again: one, or those of events from one moment to another. */
export type Replay =
  | { readonly delivery: string }
  | { readonly from: Temporal.Instant; readonly to: Temporal.Instant; readonly limit: number }

/** Lets deliveries wait once more, delivered or not, each with the message it had; answers how many. */
export async function replayDeliveries(
  tx: Tx,
  webhookId: string,
  replay: Replay,
  now: Temporal.Instant,
): Promise<number> {
  const which =
    'delivery' in replay
      ? eq(webhookDelivery.id, replay.delivery)
      : sql`${webhookDelivery.id} in (select d.id from institutions.webhook_delivery d where d.webhook_id = ${webhookId}
          and d.created_at >= ${replay.from.toString()} and d.created_at < ${replay.to.toString()}
          order by d.id limit ${replay.limit})`
  const rows = await tx
    .update(webhookDelivery)
    .set({ state: 'WAITING', nextAt: now, tries: 0, deliveredAt: null })
    .where(and(eq(webhookDelivery.webhookId, webhookId), which))
    .returning({ id: webhookDelivery.id })
  return rows.length
}
