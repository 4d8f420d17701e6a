import { notify, type Recipient } from '@yibao/drizzle/notify'
import { consume } from '@yibao/drizzle/outbox'
import { dayOf } from '@yibao/schema/dates'
import { decrypt, type Secrets } from '@yibao/schema/secrets'
import type { Services } from '../context.ts'
import { FAILING_DAYS, KINDS, nextTry, WEBHOOK_KINDS, type Attempt } from '../domain/webhook.ts'
import type { WebhookPort } from '../peers/webhook.ts'
import { addDeliveries, changeWebhook, giveUpWaiting } from '../store/webhooks.ts'
import { noteAttempt, noteReached, takeDue, type Due } from '../store/webhook-send.ts'

/** Messages that are sent at once; one that hangs holds up no more than these. */
const AT_ONCE = 16

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/**
 * Lets events that happened wait for the addresses of those they concern, each once. `since` spares looking through all
 * there ever were; leave it out from time to time.
 */
export async function collectWebhookEvents(
  { db, logger }: Pick<Services, 'db' | 'logger'>,
  since?: Temporal.Instant,
): Promise<void> {
  for (const from of ['institutions', 'settlement', 'insured'] as const) {
    const kinds = KINDS.filter((kind) => WEBHOOK_KINDS[kind].from === from)
    const topics = kinds.map((kind) => WEBHOOK_KINDS[kind].topic)
    const { failures } = await consume(db, { from, topics, since }, async (tx, { id, topic, payload, at }) => {
      const kind = kinds.find((one) => WEBHOOK_KINDS[one].topic === topic)
      const [institution, employer, channel] = ['institution', 'employer', 'channel'].map((one) => textOr(payload[one]))
      const holder = { institution: institution ?? null, employer: employer ?? null, channel: channel ?? null }
      if (kind === undefined || (institution === null && employer === null && channel === null)) return
      // Nothing but ids, codes and amounts stands in what subgraphs tell each other.
      const body = JSON.stringify({ type: topic, timestamp: at.toString(), data: payload })
      await addDeliveries(tx, holder, { messageId: id, kind, body, at })
    })
    for (const error of failures) logger?.error({ err: error }, 'an event could not be made ready to be sent')
  }
}

type Sending = Pick<Services, 'db' | 'clock' | 'logger'> & { readonly secrets: Secrets; readonly webhooks: WebhookPort }

/** Sends what is due, so many at once, and notes what came of each; several processes may do so. */
export async function sendWebhooks(services: Sending): Promise<void> {
  const due = await takeDue(services.db.hot, services.clock(), AT_ONCE)
  await Promise.all(
    due.map((one) =>
      deliver(services, one).catch((error: unknown) => {
        services.logger?.error({ err: error, delivery: one.id }, 'what came of a webhook could not be noted')
      }),
    ),
  )
}

async function deliver({ db, clock, secrets, webhooks }: Sending, due: Due): Promise<void> {
  const opened = [due.secret, due.oldSecret].flatMap((one) =>
    one === null ? [] : [decrypt(secrets, one, due.webhookId)],
  )
  const begin = performance.now()
  const sent = await webhooks.send({ id: due.messageId, url: due.url, body: due.body, secrets: opened })
  const milliseconds = Math.round(performance.now() - begin)
  const now = clock()
  const attempt: Attempt = { at: now.toString(), ...sent, milliseconds }
  const arrived = sent.status !== null && sent.status >= 200 && sent.status < 300
  const nextAt = arrived ? null : nextTry(due.tries, now, Math.random())
  const state = arrived ? 'DELIVERED' : nextAt === null ? 'GIVEN_UP' : 'WAITING'
  await db.orm.transaction(async (tx) => {
    if (!(await noteAttempt(tx, due, { attempt, state, nextAt, at: now }))) return
    await noteReached(tx, due.webhookId, arrived ? null : now)
    // 410 says that nobody is there any more.
    if (arrived || (sent.status !== 410 && !failsTooLong(due, now))) return
    await changeWebhook(tx, due.webhookId, { state: 'DISABLED', disabledAt: now })
    await giveUpWaiting(tx, due.webhookId)
    const to = recipientOf(due)
    const data = { day: dayOf(now).toString() }
    const key = `webhook.disabled:${due.webhookId}:${now.toString()}`
    if (to !== null) await notify(tx, 'institutions', { to, template: 'webhook.disabled', data, at: now, key })
  })
}

const failsTooLong = ({ failingSince }: Due, now: Temporal.Instant): boolean =>
  failingSince !== null && Temporal.Instant.compare(failingSince.add({ hours: 24 * FAILING_DAYS }), now) <= 0

function recipientOf({ institution, employer }: Due): Recipient | null {
  if (institution !== null) return { kind: 'institution', institution }
  return employer === null ? null : { kind: 'employer', employer }
}
