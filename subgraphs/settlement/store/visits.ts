import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { bill } from '@yibao/drizzle/settlement'
import { awayBill } from '@yibao/drizzle/settlement-away'
import { visit } from '@yibao/drizzle/settlement-visit'
import { and, desc, eq, gt, inArray, isNotNull, lt, ne, or, type SQL } from 'drizzle-orm'
import type { Visit, VisitState } from '../domain/visit.ts'
import { ofPerson } from './merge-person.ts'
import { findRecords } from './own-records.ts'

type Db = ReadTx | Tx

/** Where a visit lies. */
export interface VisitKey {
  readonly institution: string
  readonly visit: string
}

const at = (key: VisitKey): SQL | undefined => and(eq(visit.institution, key.institution), eq(visit.visit, key.visit))

/** The visits with these keys, as far as the reader may see them. */
export async function findVisits(db: Db, keys: readonly VisitKey[]): Promise<Visit[]> {
  return db
    .select()
    .from(visit)
    .where(or(...keys.map(at)))
}

export async function findVisit(db: Db, key: VisitKey): Promise<Visit | null> {
  const [found] = await db.select().from(visit).where(at(key))
  return found ?? null
}

/** The pool in which whoever a visit is of is insured, as far as it is known. */
export async function findVisitPool(hot: Statements, { institution, visit: number }: VisitKey): Promise<string | null> {
  const [row] = await hot.unsafe<{ pool: string | null }>(
    'select pool from settlement.visit where institution = $1::text and visit = $2::text',
    [institution, number],
  )
  return row?.pool ?? null
}

export const addVisit = (tx: Tx, one: Visit): Promise<unknown> => tx.insert(visit).values(asRow(one))

/** Writes a visit over the version it was read with. Whoever was first makes the transaction begin again. */
export async function saveVisit(tx: Tx, before: Visit, after: Visit): Promise<void> {
  const { institution: _institution, visit: _visit, id: _id, version: _version, ...values } = asRow(after)
  const { rowCount } = await tx
    .update(visit)
    .set({ ...values, version: before.version + 1n })
    .where(and(at(before), eq(visit.version, before.version)))
  if (rowCount !== 1) throw new Overtaken()
}

/** Carries the code of a serialization failure, for the next attempt sees the other change and decides again. */
class Overtaken extends Error {
  readonly code = '40001'
}

const asRow = ({ settlements, ...rest }: Visit) => ({ ...rest, settlements: [...settlements] })

/** The stays of a person in an institution, under whichever record of theirs, but for one and the cancelled ones. */
export async function listStays(tx: Tx, { institution, visit: number }: VisitKey, insuredId: string): Promise<Visit[]> {
  return tx
    .select()
    .from(visit)
    .where(
      and(
        eq(visit.institution, institution),
        inArray(visit.insuredId, await findRecords(tx, insuredId)),
        eq(visit.careKind, 'INPATIENT'),
        ne(visit.state, 'CANCELLED'),
        ne(visit.visit, number),
      ),
    )
}

/** What a page of visits is narrowed to. */
export interface VisitFilter {
  readonly institution?: string
  readonly pool?: string
  /** Bureau that clears it for the pool of another. */
  readonly clearsForOthers?: string
  readonly insuredId?: string
  readonly state?: VisitState
  /** Largest id, not included. */
  readonly before?: string
}

/** A page of visits, the latest opened first. */
export async function listVisits(db: Db, filter: VisitFilter, limit: number): Promise<Visit[]> {
  const { institution, pool, clearsForOthers, insuredId, state, before } = filter
  return db
    .select()
    .from(visit)
    .where(
      and(
        institution === undefined ? undefined : eq(visit.institution, institution),
        pool === undefined ? undefined : eq(visit.pool, pool),
        clearsForOthers === undefined
          ? undefined
          : and(eq(visit.agency, clearsForOthers), ne(visit.agency, visit.pool)),
        insuredId === undefined ? undefined : ofPerson(visit.insuredId, insuredId),
        state === undefined ? undefined : eq(visit.state, state),
        before === undefined ? undefined : lt(visit.id, before),
      ),
    )
    .orderBy(desc(visit.id))
    .limit(limit)
}

/** Whether a bill of a visit is with the platform of the insurance and may come to be committed. */
export async function isUnderWay(tx: Tx, { institution, visit: number }: VisitKey): Promise<boolean> {
  const found = tx
    .select({ exchange: awayBill.exchange })
    .from(awayBill)
    .where(
      and(
        eq(awayBill.institution, institution),
        eq(awayBill.visit, number),
        isNotNull(awayBill.nextAt),
        eq(awayBill.kind, 'SETTLE'),
        ne(awayBill.state, 'CANCELLING'),
      ),
    )
  return (await found.limit(1)).length > 0
}

/** Whether bills of a visit stand that was not opened. */
export const hasBills = (tx: Tx, key: VisitKey): Promise<boolean> => stands(tx, key)

/** Whether a settlement of a visit stands that reaches beyond a moment. */
export const hasBillAfter = (tx: Tx, key: VisitKey, time: Temporal.Instant): Promise<boolean> =>
  stands(tx, key, gt(bill.endAt, time))

async function stands(tx: Tx, { institution, visit: number }: VisitKey, which?: SQL): Promise<boolean> {
  const found = tx
    .select({ id: bill.settlementId })
    .from(bill)
    .where(and(eq(bill.institution, institution), eq(bill.visit, number), which))
  return (await found.limit(1)).length > 0
}
