import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { contributionBill as bill } from '@yibao/drizzle/insured-contribution'
import { personAlias } from '@yibao/drizzle/insured-merge'
import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, ne, sql, type SQL } from 'drizzle-orm'
import type { Bill } from '../domain/contribution.ts'
import { findRecords } from './merge-persons.ts'

type Row = typeof bill.$inferSelect

const asBill = ({ billId: id, ...row }: Row): Bill => ({ ...row, id })

export interface BillKey {
  readonly insuredId: string
  readonly insuranceType: string
  readonly period: string
}

/** A bill, and whose it is today: that of a record that was merged into another is the other's. */
export interface PersonsBill extends Bill {
  readonly personId: string
}

/**
 * Every bill of these persons, insurances and periods, the first one of each first, under whichever of their merged records
 * it was made; or only those of a kind.
 */
export async function findBills(tx: ReadTx, keys: readonly BillKey[], kind?: Bill['kind']): Promise<PersonsBill[]> {
  if (keys.length === 0) return []
  const wanted = sql`(${bill.insuredId}, ${bill.insuranceType}, ${bill.period}) in (
    select r.insured_id, k.insurance_type, k.period
    from unnest(${sql.param(keys.map((one) => one.insuredId))}::uuid[],
      ${sql.param(keys.map((one) => one.insuranceType))}::text[],
      ${sql.param(keys.map((one) => one.period))}::text[]) as k (insured_id, insurance_type, period)
    left join insured.person_alias g on g.insured_id = k.insured_id
    cross join lateral (
      select coalesce(g.survivor_id, k.insured_id) as insured_id
      union all
      select m.insured_id from insured.person_alias m where m.survivor_id = coalesce(g.survivor_id, k.insured_id)) r)`
  const rows = await tx
    .select({ row: bill, personId: sql<string>`coalesce(${personAlias.survivorId}, ${bill.insuredId})` })
    .from(bill)
    .leftJoin(personAlias, eq(personAlias.insuredId, bill.insuredId))
    .where(kind === undefined ? wanted : and(wanted, eq(bill.kind, kind)))
    .orderBy(asc(bill.sequence), asc(bill.billId))
  return rows.map(({ row, personId }) => ({ ...asBill(row), personId }))
}

/** A bill by id, as far as the reader may see it. */
export async function findBill(tx: ReadTx, id: string): Promise<Bill | null> {
  const [row] = await tx.select().from(bill).where(eq(bill.billId, id))
  return row === undefined ? null : asBill(row)
}

/** What an employer has not paid yet for a month. */
export async function findUnpaidOf(
  tx: ReadTx,
  of: { readonly employer: string; readonly pool: string; readonly insuranceType: string; readonly period: string },
): Promise<Bill[]> {
  const { employer, pool, insuranceType, period } = of
  const mine = and(
    eq(bill.employer, employer),
    eq(bill.pool, pool),
    eq(bill.insuranceType, insuranceType),
    eq(bill.period, period),
    isNull(bill.paidAt),
  )
  const rows = await tx.select().from(bill).where(mine).orderBy(asc(bill.billId))
  return rows.map(asBill)
}

/** A bill by id, held until the end of the transaction, as it stands then. */
export async function lockBill(tx: Tx, id: string): Promise<Bill | null> {
  const [row] = await tx.select().from(bill).where(eq(bill.billId, id)).for('update')
  return row === undefined ? null : asBill(row)
}

/** What `findBills` finds, held until the end of the transaction, as it stands then. */
export async function lockBills(tx: Tx, keys: readonly BillKey[]): Promise<PersonsBill[]> {
  const found = await findBills(tx, keys)
  const ids = found.map(({ id }) => id).toSorted()
  if (ids.length === 0) return []
  const rows = await tx.select().from(bill).where(inArray(bill.billId, ids)).orderBy(asc(bill.billId)).for('update')
  const held = new Map(rows.map((row) => [row.billId, asBill(row)]))
  return found.map((one) => ({ ...one, ...held.get(one.id) }))
}

/** Every bill of who pays alone for a period, the first one first, held until the end of the transaction. */
export async function holdOwnBills(tx: Tx, of: BillKey & Pick<Bill, 'pool'>): Promise<Bill[]> {
  const own = and(
    eq(bill.insuredId, of.insuredId),
    eq(bill.insuranceType, of.insuranceType),
    eq(bill.pool, of.pool),
    eq(bill.period, of.period),
    isNull(bill.employer),
  )
  const rows = await tx.select().from(bill).where(own).orderBy(asc(bill.sequence)).for('update')
  return rows.map(asBill)
}

/** What a person, under whichever of their merged records, was billed in a pool who pays alone, and nobody has paid. */
export async function findOpenOwn(tx: Tx, of: Pick<Bill, 'insuredId' | 'pool' | 'insuranceType'>): Promise<Bill[]> {
  const open = and(
    inArray(bill.insuredId, await findRecords(tx, of.insuredId)),
    eq(bill.pool, of.pool),
    eq(bill.insuranceType, of.insuranceType),
    isNull(bill.employer),
    isNull(bill.paidAt),
    isNull(bill.replacedBy),
  )
  const rows = await tx.select().from(bill).where(open).orderBy(asc(bill.billId))
  return rows.map(asBill)
}

/** Writes that a bill nobody has paid is owed no longer. The database vetoes it for any other. */
export async function setReplaced(tx: Tx, { insuredId, id }: Bill, replacedBy: string): Promise<void> {
  const mine = and(eq(bill.insuredId, insuredId), eq(bill.billId, id))
  await tx.update(bill).set({ replacedBy }).where(mine)
}

export interface BillFilter {
  readonly before?: string
  readonly insuredId?: string
  readonly employer?: string
  readonly insuranceType?: string
  readonly period?: string
  readonly paid?: boolean
}

/** Bills the reader may see, the latest made first. */
export async function listBills(tx: ReadTx, filter: BillFilter, limit: number): Promise<Bill[]> {
  const { before, insuredId, employer, insuranceType, period, paid } = filter
  const conditions: SQL[] = []
  if (before !== undefined) conditions.push(lt(bill.billId, before))
  if (insuredId !== undefined) conditions.push(inArray(bill.insuredId, await findRecords(tx, insuredId)))
  if (employer !== undefined) conditions.push(eq(bill.employer, employer))
  if (insuranceType !== undefined) conditions.push(eq(bill.insuranceType, insuranceType))
  if (period !== undefined) conditions.push(eq(bill.period, period))
  if (paid === true) conditions.push(isNotNull(bill.paidAt))
  if (paid === false) conditions.push(isNull(bill.paidAt), isNull(bill.replacedBy))
  const rows = await tx
    .select()
    .from(bill)
    .where(and(...conditions))
    .orderBy(desc(bill.billId))
    .limit(limit)
  return rows.map(asBill)
}

/** The paid bills of a person and of records merged into theirs within some periods, oldest first; corrections among them. */
export async function findPaidBills(tx: ReadTx, insuredId: string, between: { from: string; to: string }) {
  const rows = await tx
    .select()
    .from(bill)
    .where(
      and(
        inArray(bill.insuredId, await findRecords(tx, insuredId)),
        sql`${bill.paidAt} is not null`,
        sql`${bill.period} collate "C" between ${between.from.slice(0, 4)} and ${between.to}`,
      ),
    )
    .orderBy(asc(bill.period), asc(bill.insuranceType), asc(bill.sequence))
  return rows.map(asBill).filter(({ period }) => period.length === 4 || period >= between.from)
}

/** The corrections of a person's months that were made or settled after a moment, retired months aside. */
export async function findCorrections(
  tx: ReadTx,
  insuredId: string,
  { periods, after }: { readonly periods: readonly string[]; readonly after: Temporal.Instant },
): Promise<Bill[]> {
  const since = sql`coalesce(${bill.paidAt}, ${bill.madeAt}) > ${after.toString()}::timestamptz`
  const rows = await tx
    .select()
    .from(bill)
    .where(
      and(
        inArray(bill.insuredId, await findRecords(tx, insuredId)),
        inArray(bill.period, [...periods]),
        isNotNull(bill.corrects),
        ne(bill.kind, 'RETIRED'),
        since,
      ),
    )
  return rows.map(asBill)
}

/** Adds bills. The database vetoes a second one of a period with the same place in the order. */
export async function addBills(tx: Tx, bills: readonly Bill[]): Promise<void> {
  if (bills.length === 0) return
  await tx.insert(bill).values(bills.map(({ id, ...rest }) => ({ ...rest, billId: id })))
}

/** Writes bills of strangers as whom they are for wants them. The database vetoes it for any other bill. */
export async function setClaimed(tx: Tx, bills: readonly Bill[]): Promise<void> {
  for (const { insuredId, id, base, employerShare, personShare, governmentShare, credit, rule } of bills) {
    const shares = { employerShare, personShare, governmentShare, credit }
    const mine = and(eq(bill.insuredId, insuredId), eq(bill.billId, id))
    await tx
      .update(bill)
      .set({ base, ...shares, rule, byStranger: false })
      .where(mine)
  }
}

/** Writes that bills are paid; nothing else of one changes that was not a stranger's. */
export async function setPaid(
  tx: Tx,
  paid: readonly { readonly bill: Bill; readonly receiptId: string | null; readonly at: Temporal.Instant }[],
): Promise<void> {
  if (paid.length === 0) return
  await tx.execute(sql`
    update insured.contribution_bill b set receipt_id = p.receipt_id, paid_at = p.at
    from unnest(${sql.param(paid.map((one) => one.bill.insuredId))}::uuid[],
      ${sql.param(paid.map((one) => one.bill.id))}::uuid[], ${sql.param(paid.map((one) => one.receiptId))}::uuid[],
      ${sql.param(paid.map((one) => one.at.toString()))}::timestamptz[]) as p (insured_id, bill_id, receipt_id, at)
    where b.insured_id = p.insured_id and b.bill_id = p.bill_id`)
}

/** Bills by id, whoever asks. */
export async function findBillsById(tx: ReadTx, ids: readonly string[]): Promise<Bill[]> {
  const rows =
    ids.length === 0
      ? []
      : await tx
          .select()
          .from(bill)
          .where(inArray(bill.billId, [...ids]))
  return rows.map(asBill)
}
