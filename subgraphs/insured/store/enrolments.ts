import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { enrolment, specialIdentity } from '@yibao/drizzle/insured'
import { and, asc, eq, inArray } from 'drizzle-orm'
import type { Enrolment, EnrolmentTerms } from '../domain/enrolment.ts'

/** The enrolments of these persons with their special identities, oldest first. */
export async function findEnrolments(tx: ReadTx, insuredIds: readonly string[]): Promise<Enrolment[]> {
  const rows = await tx
    .select()
    .from(enrolment)
    .where(inArray(enrolment.insuredId, [...insuredIds]))
    .orderBy(asc(enrolment.beginOn), asc(enrolment.enrolmentId))
  const special = await tx
    .select()
    .from(specialIdentity)
    .where(inArray(specialIdentity.insuredId, [...insuredIds]))
    .orderBy(asc(specialIdentity.beginOn), asc(specialIdentity.type))
  const byEnrolment = Map.groupBy(special, (one) => one.enrolmentId)
  return rows.map(({ enrolmentId, ...row }) => ({
    id: enrolmentId,
    insuredId: row.insuredId,
    pool: row.pool,
    insuranceType: row.insuranceType,
    personType: row.personType,
    civilServant: row.civilServant,
    status: row.status,
    beginOn: row.beginOn,
    endOn: row.endOn,
    identities: (byEnrolment.get(enrolmentId) ?? []).map(({ type, beginOn, endOn }) => ({
      type,
      from: beginOn,
      to: endOn,
    })),
  }))
}

/** Whose enrolment of this pool it is; null when the pool has none with this id. */
export async function findOwner(tx: Tx, enrolmentId: string, pool: string): Promise<string | null> {
  const mine = and(eq(enrolment.enrolmentId, enrolmentId), eq(enrolment.pool, pool))
  const [row] = await tx.select({ insuredId: enrolment.insuredId }).from(enrolment).where(mine)
  return row?.insuredId ?? null
}

/** Adds an enrolment. The database vetoes a second one of its type on a same day. */
export async function addEnrolment(
  tx: Tx,
  ids: { insuredId: string; enrolmentId: string },
  { identities, ...terms }: EnrolmentTerms,
  now: Temporal.Instant,
): Promise<void> {
  await tx.insert(enrolment).values({ ...ids, ...terms, status: '1', enteredAt: now })
  const special = identities.map(({ type, from, to }) => ({ ...ids, type, beginOn: from, endOn: to }))
  if (special.length > 0) await tx.insert(specialIdentity).values(special)
}

export async function setEnd(tx: Tx, { id, insuredId, endOn }: Enrolment, reason: string): Promise<void> {
  await tx
    .update(enrolment)
    .set({ endOn, endReason: reason })
    .where(and(eq(enrolment.insuredId, insuredId), eq(enrolment.enrolmentId, id)))
}
