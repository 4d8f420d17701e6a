import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { dayOf } from '@yibao/schema/dates'
import type { CardState } from '../domain/card-change.ts'

const TEMPLATES: Readonly<Record<CardState, string>> = {
  LOST: 'card.lost',
  SUSPENDED: 'card.suspended',
  IN_FORCE: 'card.resumed',
  REPLACED: 'card.replaced',
}

interface Changed {
  readonly id: string
  readonly insuredId: string
  readonly state: CardState
}

/** Tells a person what became of their card: whoever did it, they are to know. */
export const tellCard = (tx: Tx, { id, insuredId, state }: Changed, at: Temporal.Instant): Promise<string> =>
  tellPerson(tx, insuredId, { template: TEMPLATES[state], of: `${id}:${at.epochMilliseconds}`, at })

/** Tells a person that a channel has issued an electronic card they had let it issue. */
export const tellElectronicCard = (
  tx: Tx,
  { id, insuredId }: Omit<Changed, 'state'>,
  at: Temporal.Instant,
): Promise<string> => tellPerson(tx, insuredId, { template: 'electronic-card.issued', of: id, at })

interface Ended {
  readonly insuredId: string
  readonly enrolmentId: string
  readonly type: string
  readonly pool: string
  readonly endOn: Temporal.PlainDate
}

/** Tells a person the last day of a special identity, without saying which: it may tell of poverty or disability. */
export function tellIdentityEnd(tx: Tx, { insuredId, enrolmentId, type, pool, endOn }: Ended, at: Temporal.Instant) {
  const day = endOn.toString()
  return notify(tx, 'insured', {
    to: { kind: 'person', insuredId },
    template: 'identity.ended',
    data: { pool, day },
    key: `identity.ended:${enrolmentId}:${type}:${day}`,
    at,
  })
}

interface Told {
  readonly template: string
  readonly of: string
  readonly at: Temporal.Instant
}

const tellPerson = (tx: Tx, insuredId: string, { template, of, at }: Told): Promise<string> =>
  notify(tx, 'insured', {
    to: { kind: 'person', insuredId },
    template,
    data: { day: dayOf(at).toString() },
    key: `${template}:${of}`,
    at,
  })
