import type { Database, Tx } from '@yibao/drizzle/connect'
import { NOTICE_TOPIC } from '@yibao/drizzle/notify'
import { consume, publish, type Event } from '@yibao/drizzle/outbox'
import type { Logger } from '@yibao/schema/logger'
import type { Secrets } from '@yibao/schema/secrets'
import { afterQuietHours, channelsFor, readWanted, type Addressee, type Wanted } from '../domain/message.ts'
import type { Template } from '../domain/notice.ts'
import type { Carriers } from '../peers/deliver.ts'
import { addDelivery, addMessage } from '../store/message.ts'
import { findChoices, openContact } from '../store/message-contact.ts'
import { findAliases } from '../store/merge-persons.ts'
import { NOTICE_LIMITS, NOTICES } from '../store/notices.ts'

export interface MessageServices {
  readonly db: Database
  readonly secrets: Secrets
  readonly clock: () => Temporal.Instant
  readonly carriers: Carriers
  readonly logger?: Logger | undefined
}

/** Whose outboxes are read. */
const SOURCES = ['insured', 'institutions', 'settlement', 'cross_province'] as const

/** Makes messages of what any subgraph asked for, each exactly once. */
export async function takeNotices(services: MessageServices, since: Temporal.Instant | undefined): Promise<void> {
  const { db, logger } = services
  for (const from of SOURCES) {
    const { failures } = await consume(db, { from, topics: [NOTICE_TOPIC], since }, (tx, event) =>
      takeOne(tx, event, services),
    )
    for (const err of failures) logger?.error({ err, from }, 'a message was not made; it is tried again')
  }
}

async function takeOne(tx: Tx, { id, payload }: Event, services: MessageServices): Promise<void> {
  const wanted = readWanted(payload)
  if (wanted === null) {
    services.logger?.error({ event: id }, 'a notice has not the form of one and is left out')
    return
  }
  if (NOTICES.find(wanted.template) === null) {
    services.logger?.warn(
      { event: id, template: wanted.template },
      'a notice names no template and is worded in general',
    )
  }
  await tell(tx, wanted, services)
}

/** Tells somebody something, once under a key: in the app at once, on phones as they chose. */
export async function tell(tx: Tx, wanted: Wanted, services: MessageServices): Promise<void> {
  const now = services.clock()
  const to = await addresseeOf(tx, wanted.to)
  const template = NOTICES.find(wanted.template)
  const messageId = await addMessage(tx, { ...wanted, to }, { version: template?.version ?? 0, now })
  if (messageId === null) return
  await tellSystem(tx, wanted, { messageId, now })
  const nextAt = afterQuietHours(now, NOTICE_LIMITS.quietHours)
  for (const channel of await channelsOf(tx, to, { template, services })) {
    await addDelivery(tx, { messageId, channel, nextAt })
  }
}

/** Lets the systems of an institution or employer know of a message, by their webhooks. */
async function tellSystem(
  tx: Tx,
  { to, template }: Wanted,
  { messageId, now }: { readonly messageId: string; readonly now: Temporal.Instant },
): Promise<void> {
  if (to.kind !== 'institution' && to.kind !== 'employer') return
  const payload = { [to.kind]: to.code, message: messageId, template }
  await publish(tx, 'insured', { topic: 'message.arrived', payload, at: now })
}

/** What is said to a record that was merged into another is said to the person by that one. */
async function addresseeOf(tx: Tx, to: Addressee): Promise<Addressee> {
  if (to.kind !== 'person') return to
  const [alias] = await findAliases(tx, [to.code])
  return alias === undefined ? to : { ...to, code: alias.survivorId }
}

async function channelsOf(
  tx: Tx,
  to: Addressee,
  { template, services }: { template: Template | null; services: MessageServices },
): Promise<('SMS' | 'PUSH')[]> {
  const { carriers, secrets } = services
  if (template?.short === undefined || (carriers.SMS ?? carriers.PUSH) === undefined) return []
  const { phone, push } = await openContact(tx, secrets, to)
  const reach = {
    SMS: phone !== null && carriers.SMS !== undefined,
    PUSH: push !== null && carriers.PUSH !== undefined,
  }
  return channelsFor(template, (await findChoices(tx, to)).get(template.kind) ?? null, reach)
}
