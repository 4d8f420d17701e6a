import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { publish } from '@yibao/drizzle/outbox'
import { dayOf } from '@yibao/schema/dates'
import { eventOf, templateOf, type Action } from '../domain/event.ts'
import type { Filing } from '../domain/filing.ts'
import { addEvent } from '../store/filing-events.ts'

export interface Happened {
  readonly action: Action
  readonly actor: string
  readonly at: Temporal.Instant
  readonly reason?: string | null
}

/** Keeps what happened to a filing, tells the other subgraphs and the person, all in the transaction of it. */
export async function record(tx: Tx, filing: Filing, { action, actor, at, reason = null }: Happened): Promise<void> {
  const { id: filingId, insuredId } = filing
  const number = await addEvent(tx, { insuredId, filingId, action, reason, actor, at })
  await publish(tx, 'cross_province', eventOf(action, filing, at))
  const template = templateOf(action, filing)
  if (template === null) return
  const to = { kind: 'person', insuredId } as const
  await notify(tx, 'cross_province', { to, template, data: dataOf(filing), at, key: `filing:${filingId}:${number}` })
}

/** Tells the staff of a pool of a filing they have to do something about. */
export async function tellStaff(tx: Tx, filing: Filing, pool: string, template: string, at: Temporal.Instant) {
  const key = `${template}:${filing.id}:${filing.stage}`
  await notify(tx, 'cross_province', { to: { kind: 'staff', pool }, template, data: dataOf(filing), at, key })
}

/** What the placeholders of the templates stand for. */
function dataOf({ pool, destination, dueOn, cancelledFrom, effectiveFrom, beginOn }: Filing): Record<string, string> {
  const day = cancelledFrom ?? (effectiveFrom === null ? beginOn : dayOf(effectiveFrom))
  return { pool, place: destination.padEnd(6, '0'), day: day.toString(), due: dueOn?.toString() ?? '' }
}
