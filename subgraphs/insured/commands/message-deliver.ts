import { dayOf } from '@yibao/schema/dates'
import { waitAfter } from '../domain/message.ts'
import { fill } from '../domain/notice.ts'
import type { Carrier, ParcelState } from '../peers/deliver.ts'
import { claimDue, setDelivery, type Due } from '../store/message.ts'
import { openContact } from '../store/message-contact.ts'
import { NOTICE_LIMITS, NOTICES } from '../store/notices.ts'
import { tell, type MessageServices } from './message.ts'

/** Longer than a batch of tries takes. */
const CLAIM_MINUTES = 10

/** Sends what is due, asks what became of what was sent, and gives up what failed too often. */
export async function deliverMessages(services: MessageServices): Promise<void> {
  const { db, clock } = services
  const now = clock()
  for (const due of await claimDue(db.orm, now, now.add({ minutes: CLAIM_MINUTES }))) {
    const carrier = services.carriers[due.channel]
    if (due.state === 'SENT') await followUp(services, due, carrier)
    else await trySending(services, due, carrier)
  }
}

async function trySending(services: MessageServices, due: Due, carrier: Carrier | undefined): Promise<void> {
  const { db, secrets, clock, logger } = services
  const { message, channel } = due
  const template = NOTICES.find(message.template, message.version)
  const { phone, push } = await openContact(db.orm, secrets, message.to)
  const address = channel === 'SMS' ? phone : push
  // Whoever took the number back, or a provider that was taken away: what stands in the app has to do.
  if (carrier === undefined || address === null || template?.short === undefined) return giveUp(services, due)
  try {
    const text = fill(template.short, template, message.data).zh
    const parcel = { id: `${message.id}:${channel}`, address, template: message.template, text }
    const { reference, state } = await carrier.send(parcel)
    await note(services, due, { state, reference, attempts: due.attempts + 1, sentAt: clock() })
  } catch (error) {
    logger?.warn({ err: error, channel }, 'a message could not be sent; it is tried again')
    const attempts = due.attempts + 1
    const seconds = waitAfter(attempts, NOTICE_LIMITS)
    if (seconds === null) return giveUp(services, { ...due, attempts })
    await setDelivery(db.orm, keyOf(due), { attempts, nextAt: clock().add({ seconds }) })
  }
}

/** A provider that cannot be asked is asked again; one that never says more has at least taken it. */
async function followUp(services: MessageServices, due: Due, carrier: Carrier | undefined): Promise<void> {
  const { clock, logger } = services
  const { reference, attempts, sentAt } = due
  const isOld = sentAt === null || Temporal.Instant.compare(sentAt.add({ hours: NOTICE_LIMITS.askHours }), clock()) < 0
  if (carrier === undefined || reference === null || isOld) return giveUp(services, due)
  const state = await carrier.ask(reference).catch((error: unknown) => {
    logger?.warn({ err: error, channel: due.channel }, 'a provider could not be asked what became of a message')
    return 'SENT' as const
  })
  await note(services, due, { state, reference, attempts, sentAt })
}

interface Known {
  readonly state: ParcelState
  readonly reference: string
  readonly attempts: number
  readonly sentAt: Temporal.Instant | null
}

async function note(services: MessageServices, due: Due, known: Known): Promise<void> {
  const { db, clock } = services
  const { state } = known
  if (state === 'FAILED') return giveUp(services, { ...due, ...known, state: 'SENT' })
  const now = clock()
  const when =
    state === 'DELIVERED'
      ? { nextAt: null, deliveredAt: now }
      : { nextAt: now.add({ seconds: NOTICE_LIMITS.askSeconds }), deliveredAt: null }
  await setDelivery(db.orm, keyOf(due), { ...known, ...when })
}

/** The message stays in the app; the recipient is told there that the phone was not reached. */
async function giveUp(services: MessageServices, due: Due): Promise<void> {
  const { message, attempts, reference, sentAt } = due
  await services.db.orm.transaction(async (tx) => {
    await setDelivery(tx, keyOf(due), { state: 'FAILED', nextAt: null, attempts, reference, sentAt })
    const data = { day: dayOf(message.at).toString() }
    await tell(tx, { to: message.to, template: 'notice.undelivered', data, key: `undelivered:${message.id}` }, services)
  })
}

const keyOf = ({ message, channel }: Due) => ({ messageId: message.id, channel })
