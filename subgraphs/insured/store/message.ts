import type { Database, ReadTx, Tx } from '@yibao/drizzle/connect'
import { message, messageDelivery } from '@yibao/drizzle/insured-message'
import { newId } from '@yibao/drizzle/uuid'
import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, lte } from 'drizzle-orm'
import type { Addressee, Delivery, Message, Wanted } from '../domain/message.ts'

type Row = typeof message.$inferSelect

const asMessage = ({ messageId: id, recipientKind, recipient, template, version, data, at, readAt }: Row): Message => ({
  id,
  to: { kind: recipientKind, code: recipient },
  template,
  version,
  data,
  at,
  readAt,
})

export interface MessageFilter {
  readonly unread?: boolean
  readonly before?: string
}

/** The messages the reader may see, the latest first. */
export async function listMessages(tx: ReadTx, { unread, before }: MessageFilter, limit: number): Promise<Message[]> {
  const rows = await tx
    .select()
    .from(message)
    .where(
      and(
        unread === true ? isNull(message.readAt) : undefined,
        unread === false ? isNotNull(message.readAt) : undefined,
        before === undefined ? undefined : lt(message.messageId, before),
      ),
    )
    .orderBy(desc(message.messageId))
    .limit(limit)
  return rows.map(asMessage)
}

/** Those of these messages the reader may see, the latest first. */
export async function findMessages(tx: ReadTx, ids: readonly string[]): Promise<Message[]> {
  const rows = await tx
    .select()
    .from(message)
    .where(inArray(message.messageId, [...ids]))
    .orderBy(desc(message.messageId))
  return rows.map(asMessage)
}

/** How messages got to whom, the app first. */
export function findDeliveries(tx: ReadTx, messageIds: readonly string[]): Promise<Delivery[]> {
  return tx
    .select()
    .from(messageDelivery)
    .where(inArray(messageDelivery.messageId, [...messageIds]))
    .orderBy(asc(messageDelivery.channel))
}

/** Null when the recipient was told already under this key. Whoever can look here is told from that moment. */
export async function addMessage(
  tx: Tx,
  { to, template, data, key }: Wanted,
  { version, now }: { readonly version: number; readonly now: Temporal.Instant },
): Promise<string | null> {
  const messageId = newId()
  const { rowCount } = await tx
    .insert(message)
    .values({
      messageId,
      recipientKind: to.kind,
      recipient: to.code,
      insuredId: to.kind === 'person' ? to.code : null,
      template,
      version,
      data,
      key,
      at: now,
    })
    .onConflictDoNothing()
  if (rowCount !== 1) return null
  const channel = 'IN_APP'
  await tx
    .insert(messageDelivery)
    .values({ messageId, channel, state: 'DELIVERED', attempts: 1, sentAt: now, deliveredAt: now })
  return messageId
}

export async function addDelivery(
  tx: Tx,
  { messageId, channel, nextAt }: { messageId: string; channel: 'SMS' | 'PUSH'; nextAt: Temporal.Instant },
): Promise<void> {
  await tx.insert(messageDelivery).values({ messageId, channel, state: 'WAITING', attempts: 0, nextAt })
}

export async function setRead(tx: Tx, ids: readonly string[], now: Temporal.Instant): Promise<void> {
  await tx
    .update(message)
    .set({ readAt: now })
    .where(and(inArray(message.messageId, [...ids]), isNull(message.readAt)))
}

export interface Due {
  readonly message: Message
  readonly channel: 'SMS' | 'PUSH'
  readonly state: 'WAITING' | 'SENT'
  readonly attempts: number
  readonly reference: string | null
  readonly sentAt: Temporal.Instant | null
}

const BATCH = 50

/**
 * Takes what is to be tried now, for as long as a try may take: a process that dies leaves it to be tried again, and
 * nobody waits on a transaction while a provider answers.
 */
export async function claimDue(orm: Database['orm'], now: Temporal.Instant, until: Temporal.Instant): Promise<Due[]> {
  return orm.transaction(async (tx) => {
    const rows = await tx
      .select()
      .from(messageDelivery)
      .where(lte(messageDelivery.nextAt, now))
      .orderBy(asc(messageDelivery.nextAt))
      .limit(BATCH)
      .for('update', { skipLocked: true })
    for (const one of rows) await setDelivery(tx, one, { nextAt: until })
    const ids = rows.map((one) => one.messageId)
    const found = new Map((ids.length === 0 ? [] : await findMessages(tx, ids)).map((one) => [one.id, one]))
    return rows.flatMap(({ channel, state, messageId, ...one }) => {
      const of = found.get(messageId)
      if (of === undefined || channel === 'IN_APP' || (state !== 'WAITING' && state !== 'SENT')) return []
      return [{ ...one, message: of, channel, state }]
    })
  })
}

/** Writes what came of a try. */
export async function setDelivery(
  tx: Tx,
  { messageId, channel }: { messageId: string; channel: Delivery['channel'] },
  change: Partial<Omit<typeof messageDelivery.$inferSelect, 'messageId' | 'channel'>>,
): Promise<void> {
  await tx
    .update(messageDelivery)
    .set(change)
    .where(and(eq(messageDelivery.messageId, messageId), eq(messageDelivery.channel, channel)))
}

/** As the database names who is told. */
export const columnsOf = ({ kind, code }: Addressee) => ({ recipientKind: kind, recipient: code })
