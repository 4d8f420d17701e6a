import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { incomingStay, stayNotice } from '@yibao/drizzle/cross-province-stay'
import type { PageWanted } from '@yibao/schema/page'
import { and, asc, desc, eq, inArray, lt, lte, notInArray, sql } from 'drizzle-orm'
import type { StayNotice } from '../domain/stay-notice.ts'
import type { IncomingStay, StayState } from '../domain/stay.ts'
import { inTurn } from './in-turn.ts'

const asStay = ({ stayId: id, visitVersion: _version, ...row }: typeof incomingStay.$inferSelect): IncomingStay => ({
  ...row,
  id,
})

/** Stays by these ids, as far as the reader may see them. */
export async function findIncomingStays(tx: ReadTx, ids: readonly string[]): Promise<IncomingStay[]> {
  const rows = await tx
    .select()
    .from(incomingStay)
    .where(inArray(incomingStay.stayId, [...ids]))
  return rows.map(asStay)
}

interface Visit {
  readonly institution: string
  readonly visit: string
}

/** The stay that stands under a number of an institution; null when there is none. */
export async function findIncomingVisit(tx: Tx, { institution, visit }: Visit): Promise<IncomingStay | null> {
  const [row] = await tx
    .select()
    .from(incomingStay)
    .where(
      and(
        eq(incomingStay.institution, institution),
        eq(incomingStay.visit, visit),
        notInArray(incomingStay.state, ['CANCELLED', 'REFUSED']),
      ),
    )
  return row === undefined ? null : asStay(row)
}

/** The latest stay that was announced under a number of an institution, whatever became of it. */
export async function findLatestStay(tx: Tx, { institution, visit }: Visit): Promise<IncomingStay | null> {
  const [row] = await tx
    .select()
    .from(incomingStay)
    .where(and(eq(incomingStay.institution, institution), eq(incomingStay.visit, visit)))
    .orderBy(desc(incomingStay.stayId))
    .limit(1)
  return row === undefined ? null : asStay(row)
}

export interface IncomingWanted extends PageWanted {
  readonly state: StayState | null
  readonly visit: string | null
  /** True: those home has not answered, or has refused, in part. */
  readonly unrecorded: boolean | null
}

const UNRECORDED = sql`exists (select from cross_province.stay_notice n
  where n.stay_id = incoming_stay.stay_id and n.state <> 'RECORDED')`

/** Every stay the reader may see, latest first, one more than the page holds. */
export async function listIncomingStays(
  tx: ReadTx,
  { size, after, state, visit, unrecorded }: IncomingWanted,
): Promise<IncomingStay[]> {
  const rows = await tx
    .select()
    .from(incomingStay)
    .where(
      and(
        after === null ? undefined : lt(incomingStay.stayId, after),
        state === null ? undefined : eq(incomingStay.state, state),
        visit === null ? undefined : eq(incomingStay.visit, visit),
        unrecorded === null ? undefined : sql`${UNRECORDED} = ${unrecorded}`,
      ),
    )
    .orderBy(desc(incomingStay.stayId))
    .limit(size + 1)
  return rows.map(asStay)
}

export async function addIncomingStay(tx: Tx, { id, diagnoses, ...stay }: IncomingStay): Promise<void> {
  await tx.insert(incomingStay).values({ ...stay, stayId: id, diagnoses: [...diagnoses] })
}

/** Writes what was announced of a stay since; who stays where never changes. */
export async function saveIncomingStay(tx: Tx, stay: IncomingStay): Promise<void> {
  const { id, careType, department, diagnoses, admittedAt, dischargedAt, dischargeWay, state, changedAt } = stay
  await tx
    .update(incomingStay)
    .set({ careType, department, diagnoses: [...diagnoses], admittedAt, dischargedAt, dischargeWay, state, changedAt })
    .where(eq(incomingStay.stayId, id))
}

/** What home was told and is to be told of these stays, in the order in which it is. */
export async function findNotices(tx: ReadTx, stayIds: readonly string[]): Promise<StayNotice[]> {
  return tx
    .select()
    .from(stayNotice)
    .where(inArray(stayNotice.stayId, [...stayIds]))
    .orderBy(asc(stayNotice.stayId), asc(stayNotice.number))
}

type NewNotice = Pick<StayNotice, 'stayId' | 'exchange' | 'type' | 'message'>

/** Adds a notice behind those there are, due at once. */
export async function addNotice(tx: Tx, one: NewNotice, at: Temporal.Instant): Promise<void> {
  const [last] = await tx
    .select({ number: sql<number>`coalesce(max(${stayNotice.number}), 0)::int` })
    .from(stayNotice)
    .where(eq(stayNotice.stayId, one.stayId))
  const number = (last?.number ?? 0) + 1
  await tx.insert(stayNotice).values({ ...one, number, state: 'WAITING', attempts: 0, nextAt: at, announcedAt: at })
}

/** What waits behind a notice that was not answered is due when that one is. */
const IS_NEXT = sql`not exists (select from cross_province.stay_notice e
  where e.stay_id = ${stayNotice.stayId} and e.state = 'WAITING' and e.number < ${stayNotice.number})`

/** Stays of which something is due to be told, of each province in turn those that wait longest. */
export async function findStaysToTell(
  tx: ReadTx,
  at: Temporal.Instant,
  limit: number,
): Promise<Pick<IncomingStay, 'id' | 'insuredPool'>[]> {
  const { insuredPool } = incomingStay
  const rows = await tx
    .select({ id: stayNotice.stayId, insuredPool })
    .from(stayNotice)
    .innerJoin(incomingStay, eq(incomingStay.stayId, stayNotice.stayId))
    .where(and(eq(stayNotice.state, 'WAITING'), lte(stayNotice.nextAt, at), IS_NEXT))
    .orderBy(inTurn(sql`left(${insuredPool}, 2)`, stayNotice.nextAt))
    .limit(limit)
  return [...new Map(rows.map((one) => [one.id, one])).values()]
}

/** Writes what came of sending a notice, unless it was answered meanwhile. */
export async function saveNotice(tx: Tx, one: StayNotice): Promise<void> {
  const { stayId, number, state, attempts, nextAt, lastCode, rejection, answeredAt } = one
  await tx
    .update(stayNotice)
    .set({ state, attempts, nextAt, lastCode, rejection, answeredAt })
    .where(and(eq(stayNotice.stayId, stayId), eq(stayNotice.number, number), eq(stayNotice.state, 'WAITING')))
}
