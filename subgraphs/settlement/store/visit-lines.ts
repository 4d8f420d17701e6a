import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { visitLine } from '@yibao/drizzle/settlement-visit'
import { fenOf, type Fen } from '@yibao/schema/money'
import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, lte, or, sql, type SQL } from 'drizzle-orm'
import type { LineInput } from '../domain/bill.ts'
import type { NewLine } from '../domain/upload-lines.ts'
import type { Visit, VisitLine } from '../domain/visit.ts'
import type { VisitKey } from './visits.ts'

type Db = ReadTx | Tx

const of = ({ institution, visit }: VisitKey): SQL | undefined =>
  and(eq(visitLine.institution, institution), eq(visitLine.visit, visit))

async function list(db: Db, where: SQL | undefined, limit?: number): Promise<VisitLine[]> {
  const query = db.select().from(visitLine).where(where).orderBy(asc(visitLine.number))
  const rows = await (limit === undefined ? query : query.limit(limit))
  // What is stored was read as a line before.
  return rows.map(({ sent, ...row }) => ({ ...row, sent: sent as LineInput }))
}

/** What uploaded lines are held against: stored lines of these serials, and whatever took back of these charges. */
export function listRelated(tx: Tx, key: VisitKey, { serials, charges }: Record<'serials' | 'charges', string[]>) {
  const named = inArray(visitLine.serial, [...new Set([...serials, ...charges])])
  const related = charges.length === 0 ? named : or(named, inArray(visitLine.refundOf, charges))
  return list(tx, and(of(key), related))
}

/** Which unsettled lines are meant. */
export interface LineFilter {
  /** Those of a charge batch. */
  readonly chargeBatch?: string | null
  /** Those up to a moment, and whatever takes back another. */
  readonly until?: Temporal.Instant | null
}

/** The unsettled lines of a visit, in their order; `limit` at most. */
export function listUnsettled(db: Db, key: VisitKey, { chargeBatch, until }: LineFilter = {}, limit?: number) {
  const batch = chargeBatch == null ? undefined : eq(visitLine.chargeBatch, chargeBatch)
  const time = until == null ? undefined : or(lte(visitLine.time, until), isNotNull(visitLine.refundOf))
  return list(db, and(of(key), isNull(visitLine.settledBy), batch, time), limit)
}

/** How many lines of a visit are not settled. */
export async function countUnsettled(db: Db, key: VisitKey): Promise<number> {
  const [row] = await db
    .select({ lines: count() })
    .from(visitLine)
    .where(and(of(key), isNull(visitLine.settledBy)))
  return row?.lines ?? 0
}

/** Whether a charge batch of a visit is settled. */
export async function isBatchSettled(db: Db, key: VisitKey, chargeBatch: string): Promise<boolean> {
  const settled = and(of(key), eq(visitLine.chargeBatch, chargeBatch), isNotNull(visitLine.settledBy))
  return (await db.select({ serial: visitLine.serial }).from(visitLine).where(settled).limit(1)).length > 0
}

/** Up to a hundred unsettled lines that lie before or after a time, as problems name them. */
export async function listOutside(
  db: Db,
  key: VisitKey,
  { before, after }: { readonly before?: Temporal.Instant; readonly after?: Temporal.Instant },
): Promise<string[]> {
  const outside = before === undefined ? gt(visitLine.time, after ?? SOME_TIME) : lt(visitLine.time, before)
  return (await list(db, and(of(key), outside), 100)).map((one) => one.serial)
}

const SOME_TIME = Temporal.Instant.fromEpochMilliseconds(0)

/** Adds lines in their order, all in one statement: one by one two thousand of them took ten times as long. */
export async function addLines(
  tx: Tx,
  { institution, visit, nextLine }: Visit,
  lines: readonly NewLine[],
  at: Temporal.Instant,
) {
  if (lines.length === 0) return
  const rows = lines.map(({ line, chargeBatch, sent }, i) => ({
    serial: line.serial,
    number: nextLine + i,
    charge_batch: chargeBatch,
    time: line.time.toString(),
    amount: String(line.amount),
    refund_of: line.refundOf,
    sent,
  }))
  await tx.execute(sql`
    insert into settlement.visit_line
      (institution, visit, serial, number, charge_batch, time, amount, refund_of, sent, uploaded_at)
    select ${institution}, ${visit}, l.serial, l.number, l.charge_batch, l.time, l.amount, l.refund_of, l.sent,
      ${at.toString()}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as l (serial text, number integer, charge_batch text,
      time timestamptz, amount bigint, refund_of text, sent jsonb)`)
}

/** Removes lines by their serials. */
export async function removeLines(tx: Tx, key: VisitKey, serials: readonly string[]): Promise<void> {
  if (serials.length === 0) return
  await tx.delete(visitLine).where(and(of(key), inArray(visitLine.serial, [...serials])))
}

/** Moves the unsettled lines of an observation into the stay it joins. */
export async function moveLines(tx: Tx, from: VisitKey, to: VisitKey): Promise<void> {
  await tx
    .update(visitLine)
    .set({ visit: to.visit, joinedFrom: from.visit })
    .where(and(of(from), isNull(visitLine.settledBy)))
}

/** Gives the lines of a joined observation back to it. */
export async function returnLines(tx: Tx, from: VisitKey, to: VisitKey): Promise<void> {
  await tx
    .update(visitLine)
    .set({ visit: to.visit, joinedFrom: null })
    .where(and(of(from), eq(visitLine.joinedFrom, to.visit)))
}

/** Whether a visit has lines of its own, beside those that came along from an observation. */
export async function hasOwnLines(db: Db, key: VisitKey): Promise<boolean> {
  const own = and(of(key), isNull(visitLine.joinedFrom))
  return (await db.select({ serial: visitLine.serial }).from(visitLine).where(own).limit(1)).length > 0
}

/** A page of the lines of a visit in their order, after a number. */
export const listPage = (db: Db, key: VisitKey, { after, size }: { readonly after: number; readonly size: number }) =>
  list(db, and(of(key), gt(visitLine.number, after)), size)

/** The time of the last line of a visit. */
export async function lastLineAt(db: Db, key: VisitKey): Promise<Temporal.Instant | null> {
  const last = await db
    .select({ time: visitLine.time })
    .from(visitLine)
    .where(of(key))
    .orderBy(desc(visitLine.time))
    .limit(1)
  return last[0]?.time ?? null
}

/** Whether any line of a visit is settled. */
export async function hasSettledLines(db: Db, key: VisitKey): Promise<boolean> {
  const settled = and(of(key), isNotNull(visitLine.settledBy))
  return (await db.select({ serial: visitLine.serial }).from(visitLine).where(settled).limit(1)).length > 0
}

/** What of a visit is not settled. */
export interface UnsettledSum {
  readonly count: number
  readonly total: Fen
}

/** Of several visits, in their order. */
export async function sumUnsettled(db: Db, keys: readonly VisitKey[]): Promise<UnsettledSum[]> {
  const { institution, visit } = visitLine
  const rows = await db
    .select({ institution, visit, count: count(), total: sql<bigint>`sum(${visitLine.amount})::bigint` })
    .from(visitLine)
    .where(and(or(...keys.map(of)), isNull(visitLine.settledBy)))
    .groupBy(institution, visit)
  const found = new Map(rows.map((row) => [`${row.institution} ${row.visit}`, row]))
  return keys.map((key) => {
    const row = found.get(`${key.institution} ${key.visit}`)
    return { count: row?.count ?? 0, total: fenOf(BigInt(row?.total ?? 0)) }
  })
}
