import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { enrolmentEvent } from '@yibao/drizzle/insured-enrolment'
import { newId } from '@yibao/drizzle/uuid'
import { asc, inArray } from 'drizzle-orm'
import type { Enrolment } from '../domain/enrolment.ts'
import type { EnrolmentEvent, Told } from '../domain/enrolment-event.ts'

/** Notes what happened to an enrolment, in the transaction of it. */
export async function noteEvent(
  tx: Tx,
  one: Pick<Enrolment, 'id' | 'insuredId' | 'pool' | 'employer'>,
  { kind, from, reason = null, note = null, source = null, caller, at }: Told,
): Promise<void> {
  const { id: enrolmentId, insuredId, pool, employer } = one
  const row = { insuredId, enrolmentId, pool, employer, kind, fromDay: from, reason, note, source, caller, at }
  await tx.insert(enrolmentEvent).values({ ...row, eventId: newId() })
}

/** What happened to the enrolments of these persons, oldest first. */
export async function findEvents(tx: ReadTx, insuredIds: readonly string[]): Promise<EnrolmentEvent[]> {
  const rows = await tx
    .select()
    .from(enrolmentEvent)
    .where(inArray(enrolmentEvent.insuredId, [...insuredIds]))
    .orderBy(asc(enrolmentEvent.eventId))
  return rows.map(({ eventId, fromDay, ...row }) => ({ ...row, id: eventId, from: fromDay }))
}
