import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { registration } from '@yibao/drizzle/insured'
import { and, asc, desc, eq, inArray } from 'drizzle-orm'
import type { Registration } from '../domain/registration.ts'

type Row = typeof registration.$inferSelect

const asRegistration = ({ registrationId: id, ...row }: Row): Registration => ({ ...row, id })

/** The registrations of these persons as far as the reader may see them, oldest first. */
export async function findRegistrations(tx: ReadTx, insuredIds: readonly string[]): Promise<Registration[]> {
  const rows = await tx
    .select()
    .from(registration)
    .where(inArray(registration.insuredId, [...insuredIds]))
    .orderBy(asc(registration.beginOn), asc(registration.registrationId))
  return rows.map(asRegistration)
}

/** A registration by id, as far as the reader may see it; null when there is none. */
export async function findRegistration(tx: ReadTx, id: string): Promise<Registration | null> {
  // When its record was merged it goes on under the other, and is withdrawn under the old one.
  const [row] = await tx
    .select()
    .from(registration)
    .where(eq(registration.registrationId, id))
    .orderBy(asc(registration.withdrawn), desc(registration.endedAt))
    .limit(1)
  return row === undefined ? null : asRegistration(row)
}

/** Adds a registration. The database vetoes a second one of its disease on a same day. */
export async function addRegistration(tx: Tx, { id, institutions, ...rest }: Registration): Promise<void> {
  const chosen = institutions === null ? null : [...institutions]
  await tx.insert(registration).values({ ...rest, registrationId: id, institutions: chosen })
}

/** Writes that a registration ends or was withdrawn; nothing else of it ever changes. */
export async function setRegistrationEnd(tx: Tx, one: Registration): Promise<void> {
  const { id, insuredId, endOn, endReason, endedAt, withdrawn } = one
  await tx
    .update(registration)
    .set({ endOn, endReason, endedAt, withdrawn })
    .where(and(eq(registration.insuredId, insuredId), eq(registration.registrationId, id)))
}
