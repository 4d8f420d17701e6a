import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { maternityRegistration } from '@yibao/drizzle/insured-credential'
import { and, asc, eq, inArray } from 'drizzle-orm'
import type { Maternity } from '../domain/maternity.ts'

type Db = ReadTx | Tx

const asMaternity = ({ registrationId: id, ...row }: typeof maternityRegistration.$inferSelect): Maternity => ({
  ...row,
  id,
})

/** The maternity registrations of these persons as far as the reader may see them, oldest first. */
export async function findMaternity(db: Db, insuredIds: readonly string[]): Promise<Maternity[]> {
  const rows = await db
    .select()
    .from(maternityRegistration)
    .where(inArray(maternityRegistration.insuredId, [...insuredIds]))
    .orderBy(asc(maternityRegistration.beginOn), asc(maternityRegistration.registrationId))
  return rows.map(asMaternity)
}

export async function findMaternityById(db: Db, id: string): Promise<Maternity | null> {
  const [row] = await db.select().from(maternityRegistration).where(eq(maternityRegistration.registrationId, id))
  return row === undefined ? null : asMaternity(row)
}

/** Adds a registration. The database vetoes a second one on a same day. */
export async function addMaternity(tx: Tx, { id, ...one }: Maternity): Promise<void> {
  await tx.insert(maternityRegistration).values({ ...one, registrationId: id })
}

/** Writes that a registration ended or was withdrawn; nothing else of it ever changes. */
export async function saveMaternity(tx: Tx, one: Maternity): Promise<void> {
  const { id, insuredId, endOn, endReason, endedAt, withdrawn } = one
  await tx
    .update(maternityRegistration)
    .set({ endOn, endReason, endedAt, withdrawn })
    .where(and(eq(maternityRegistration.insuredId, insuredId), eq(maternityRegistration.registrationId, id)))
}
