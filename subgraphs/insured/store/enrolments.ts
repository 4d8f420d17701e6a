import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { enrolment, specialIdentity } from '@yibao/drizzle/insured'
import { newId } from '@yibao/drizzle/uuid'
import { Busy } from '@yibao/schema/rejection'
import { and, asc, eq, inArray, isNull, sql, type SQL } from 'drizzle-orm'
import type { Change, NextEnrolment } from '../domain/enrolment-change.ts'
import type { Enrolment } from '../domain/enrolment.ts'
import { findAliases } from './merge-persons.ts'

/** The enrolments of these persons with their special identities, oldest first; without those that never held. */
export const findEnrolments = (tx: ReadTx, insuredIds: readonly string[]): Promise<Enrolment[]> =>
  load(tx, insuredIds, isNull(enrolment.voidedAt))

/** All of them, those that were replaced before they held as well. */
export const findAllEnrolments = (tx: ReadTx, insuredIds: readonly string[]): Promise<Enrolment[]> =>
  load(tx, insuredIds, undefined)

async function load(tx: ReadTx, insuredIds: readonly string[], which: SQL | undefined): Promise<Enrolment[]> {
  const rows = await tx
    .select()
    .from(enrolment)
    .where(and(inArray(enrolment.insuredId, [...insuredIds]), which))
    .orderBy(asc(enrolment.beginOn), asc(enrolment.enrolmentId))
  const special = await tx
    .select()
    .from(specialIdentity)
    .where(inArray(specialIdentity.insuredId, [...insuredIds]))
    .orderBy(asc(specialIdentity.beginOn), asc(specialIdentity.type))
  const byEnrolment = Map.groupBy(special, (one) => one.enrolmentId)
  return rows.map(({ enrolmentId, voidedAt, endReason: _why, enteredAt: _when, ...row }) => ({
    ...row,
    id: enrolmentId,
    voided: voidedAt !== null,
    identities: (byEnrolment.get(enrolmentId) ?? []).map(({ type, beginOn, endOn }) => ({
      type,
      from: beginOn,
      to: endOn,
    })),
  }))
}

/** Whose enrolment may be changed: that of a pool, or that of an employer. */
export type Keeper = { readonly pool: string } | { readonly employer: string }

/** Whose enrolment it is; null when the keeper has none with this id. */
export async function findOwner(tx: Tx, enrolmentId: string, keeper: Keeper): Promise<string | null> {
  const kept = 'pool' in keeper ? eq(enrolment.pool, keeper.pool) : eq(enrolment.employer, keeper.employer)
  const mine = and(eq(enrolment.enrolmentId, enrolmentId), isNull(enrolment.voidedAt), kept)
  const [row] = await tx.select({ insuredId: enrolment.insuredId }).from(enrolment).where(mine)
  return row?.insuredId ?? null
}

/** Adds an enrolment and returns its id. The database vetoes a second one of its type on a same day. */
export async function addEnrolment(
  tx: Tx,
  { identities, ...row }: NextEnrolment,
  now: Temporal.Instant,
): Promise<string> {
  // Asked in the same transaction, so that a merge at the same moment and this cannot both be.
  if ((await findAliases(tx, [row.insuredId])).length > 0) throw Busy.of()
  const ids = { insuredId: row.insuredId, enrolmentId: newId() }
  const status = row.status === '2' ? '2' : '1'
  await tx.insert(enrolment).values({ ...row, ...ids, status, enteredAt: now })
  const special = identities.map(({ type, from, to }) => ({ ...ids, type, beginOn: from, endOn: to }))
  if (special.length > 0) await tx.insert(specialIdentity).values(special)
  return ids.enrolmentId
}

const thisOne = ({ id, insuredId }: Pick<Enrolment, 'id' | 'insuredId'>) =>
  and(eq(enrolment.insuredId, insuredId), eq(enrolment.enrolmentId, id))

export async function setEnd(tx: Tx, one: Enrolment, reason: string): Promise<void> {
  await tx.update(enrolment).set({ endOn: one.endOn, endReason: reason }).where(thisOne(one))
}

/** Carries out a change: ends and voids what it says, and adds what goes on. Returns the id of that. */
export async function writeChange(tx: Tx, { ended, voided, next }: Change, now: Temporal.Instant): Promise<string> {
  for (const { enrolment: one, endOn } of ended) await setEnd(tx, { ...one, endOn }, 'CHANGED')
  for (const one of voided) {
    await tx
      .update(enrolment)
      .set({ voidedAt: sql`${now.toString()}::timestamptz` })
      .where(thisOne(one))
  }
  return addEnrolment(tx, next, now)
}
