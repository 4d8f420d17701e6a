import type { Tx } from '@yibao/drizzle/connect'
import { publish } from '@yibao/drizzle/outbox'
import { dayOf, before, holdsOn } from '@yibao/schema/dates'
import { suspendEnrolment, type Change } from '../domain/enrolment-change.ts'
import type { Told } from '../domain/enrolment-event.ts'
import { noteEvent } from './enrolment-events.ts'
import { findEnrolments, writeChange } from './enrolments.ts'

/** Carries out a change and tells of it, in one transaction; returns the id of the enrolment that goes on. */
export async function carryOut(tx: Tx, change: Change, told: Told): Promise<string> {
  const id = await writeChange(tx, change, told.at)
  const { next } = change
  await noteEvent(tx, { ...next, id }, told)
  const { insuredId, pool, insuranceType, follows } = next
  const payload = {
    enrolmentId: id,
    pool,
    insuranceType,
    follows,
    from: told.from.toString(),
    reason: told.reason ?? null,
  }
  await publish(tx, 'insured', { insuredId, topic: `enrolment.${told.kind.toLowerCase()}`, payload, at: told.at })
  return id
}

interface Arrears {
  readonly insuredId: string
  readonly pool: string
  readonly insuranceType: string
  /** From which day nothing is covered any longer; a day that has passed is taken to be today. */
  readonly from: Temporal.PlainDate
  /** What is owed, and the notice it rests on. */
  readonly note: string | null
  readonly source: string | null
  readonly caller: string
  readonly at: Temporal.Instant
}

/**
 * Suspends what a person is enrolled in because contributions are in arrears, within the transaction of whoever finds
 * that out. What is suspended already stays as it is. Returns the ids of what was suspended.
 */
export async function suspendForArrears(tx: Tx, arrears: Arrears): Promise<string[]> {
  const { insuredId, pool, insuranceType, note, source, caller, at } = arrears
  const today = dayOf(at)
  const from = before(arrears.from, today) ? today : arrears.from
  const mine = (await findEnrolments(tx, [insuredId])).filter(
    (one) => one.pool === pool && one.insuranceType === insuranceType && one.status !== '2' && holdsOn(one, from),
  )
  const told: Told = { kind: 'SUSPENDED', from, reason: 'ARREARS', note, source, caller, at }
  const ids: string[] = []
  for (const one of mine) ids.push(await carryOut(tx, suspendEnrolment(one, { from, today }, 'ARREARS'), told))
  return ids
}
