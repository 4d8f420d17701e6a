import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { publish } from '@yibao/drizzle/outbox'
import { dayOf } from '@yibao/schema/dates'
import type { Services } from '../context.ts'
import { TELL_DAYS } from '../domain/partner-key.ts'
import { takeKeysToTell, type Holder } from '../store/partner-keys.ts'

interface Change {
  readonly holder: Holder
  readonly thumbprint: string
  readonly what: 'registered' | 'registered-by-bureau' | 'confirmed' | 'revoked'
  readonly at: Temporal.Instant
}

/** Tells an institution what became of a key of its system, whoever did it, so that none is made in its name unseen. */
export async function tellOfKey(tx: Tx, { holder: { institution }, thumbprint, what, at }: Change): Promise<void> {
  if (institution === null) return
  await notify(tx, 'institutions', {
    to: { kind: 'institution', institution },
    template: `key.${what}`,
    data: { time: at.toString() },
    at,
    key: `key.${what}:${thumbprint}`,
  })
}

/** Tells holders of keys that end soon, once of each key: the mark and the message are of one transaction. */
export async function tellOfEndingKeys({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> {
  const now = clock()
  const until = now.add({ hours: 24 * TELL_DAYS })
  await db.orm.transaction(async (tx) => {
    for (const { institution, channel, thumbprint, validUntil } of await takeKeysToTell(tx, { now, until })) {
      const payload = { institution, channel, key: thumbprint, validUntil: validUntil.toString() }
      await publish(tx, 'institutions', { topic: 'key.expiring', payload, at: now })
      if (institution === null) continue
      await notify(tx, 'institutions', {
        to: { kind: 'institution', institution },
        template: 'key.expiring',
        data: { day: dayOf(validUntil).toString() },
        at: now,
        key: `key.expiring:${thumbprint}`,
      })
    }
  })
}
