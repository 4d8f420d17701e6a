import { randomUUIDv7 } from 'node:crypto'
import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { employerCredit as credit, employerCreditEntry as entry } from '@yibao/drizzle/insured-employer-credit'
import { fenOf, sum, ZERO, type Fen } from '@yibao/schema/money'
import { and, desc, eq, isNull, lt, sql, type SQL } from 'drizzle-orm'
import type { CreditEntry, CreditKey, EmployerMonth, OpenMonth } from '../domain/employer-credit.ts'

/** What an employer has to its credit in a pool, for an insurance. */
export interface CreditRow extends CreditKey {
  readonly id: string
  readonly balance: Fen
}

const fen = (text: string | null | undefined): Fen => fenOf(BigInt(text ?? 0))

/**
 * Holds the credit of an employer until the end of the transaction: what is billed, paid and set off comes one after the
 * other. Whoever decided on what was before meets a changed row and decides again.
 */
export async function holdCredit(tx: Tx, { employer, pool, insuranceType }: CreditKey): Promise<CreditRow> {
  const [held] = await tx
    .insert(credit)
    .values({ creditId: randomUUIDv7(), employer, pool, insuranceType, balance: ZERO, version: 1n })
    .onConflictDoUpdate({
      target: [credit.employer, credit.pool, credit.insuranceType],
      set: { version: sql`${credit.version} + 1` },
    })
    .returning({ id: credit.creditId, balance: credit.balance })
  if (held === undefined) throw new Error('a credit that is held gives its row')
  return { ...held, employer, pool, insuranceType }
}

/** The months of an employer with bills that are not paid, with what is set against each. */
export async function findOpenMonths(
  tx: ReadTx,
  { id, employer, pool, insuranceType }: CreditRow,
): Promise<OpenMonth[]> {
  const { rows } = await tx.execute<{ period: string; owed: string; set_off: string }>(sql`
    select b.period, sum(b.employer_share + b.person_share)::text as owed,
      (select coalesce(-sum(e.amount), 0) from insured.employer_credit_entry e
        where e.credit_id = ${id} and e.period = b.period and e.kind = 'SET_OFF' and e.receipt_id is null)::text as set_off
    from insured.contribution_bill b
    where b.employer = ${employer} and b.pool = ${pool} and b.insurance_type = ${insuranceType} and b.paid_at is null
    group by b.period order by b.period`)
  return rows.map((row) => ({ period: row.period, owed: fen(row.owed), setOff: fen(row.set_off) }))
}

/** Months that come to nothing or less and that nobody has settled. */
export async function findSurpluses(tx: ReadTx, limit: number): Promise<CreditKey[]> {
  const { rows } = await tx.execute<{ employer: string; pool: string; insurance_type: string }>(sql`
    select distinct employer, pool, insurance_type from (
      select employer, pool, insurance_type from insured.contribution_bill
      where paid_at is null and employer is not null group by employer, pool, insurance_type, period
      having sum(employer_share + person_share) <= 0) one
    order by 1, 2, 3 limit ${limit}`)
  return rows.map(({ employer, pool, insurance_type: insuranceType }) => ({ employer, pool, insuranceType }))
}

/** Adds movements to a credit that is held. The database vetoes a balance below zero. */
export async function addEntries(tx: Tx, creditId: string, entries: readonly CreditEntry[]): Promise<void> {
  if (entries.length === 0) return
  await tx.insert(entry).values(entries.map(({ id, ...one }) => ({ ...one, entryId: id, creditId })))
  const added = sum(entries.map((one) => one.amount)).toString()
  await tx
    .update(credit)
    .set({ balance: sql`${credit.balance} + ${added}::bigint` })
    .where(eq(credit.creditId, creditId))
}

/** What is set against a month that is still to be paid. */
export async function findSetOff(tx: ReadTx, creditId: string, period: string): Promise<Fen> {
  const { rows } = await tx.execute<{ amount: string }>(sql`
    select coalesce(-sum(amount), 0)::text as amount from insured.employer_credit_entry
    where credit_id = ${creditId} and period = ${period} and kind = 'SET_OFF' and receipt_id is null`)
  return fen(rows[0]?.amount)
}

/** Notes by which payment the set-offs of a month are settled. */
export async function closeSetOffs(tx: Tx, creditId: string, period: string, receiptId: string): Promise<void> {
  const open = and(
    eq(entry.creditId, creditId),
    eq(entry.period, period),
    eq(entry.kind, 'SET_OFF'),
    isNull(entry.receiptId),
  )
  await tx.update(entry).set({ receiptId }).where(open)
}

/** The last month that left something over. */
export async function findLastLeftOver(tx: Tx, creditId: string): Promise<string | null> {
  const [row] = await tx
    .select({ period: entry.period })
    .from(entry)
    .where(and(eq(entry.creditId, creditId), eq(entry.kind, 'LEFT_OVER')))
    .orderBy(desc(entry.entryId))
    .limit(1)
  return row?.period ?? null
}

interface CreditFilter {
  readonly employer?: string
  readonly before: string | null
}

/** Credits there ever were anything in, as far as the reader may see them, the latest opened first. */
export async function listCredits(tx: ReadTx, { employer, before }: CreditFilter, limit: number): Promise<CreditRow[]> {
  const conditions: SQL[] = [
    sql`exists (select from insured.employer_credit_entry e where e.credit_id = ${credit.creditId})`,
  ]
  if (employer !== undefined) conditions.push(eq(credit.employer, employer))
  if (before !== null) conditions.push(lt(credit.creditId, before))
  const rows = await tx
    .select()
    .from(credit)
    .where(and(...conditions))
    .orderBy(desc(credit.creditId))
    .limit(limit)
  return rows.map(({ creditId: id, ...row }) => ({ ...row, id }))
}

/** The movements of a credit, as far as the reader may see them, the latest first. */
export async function listEntries(
  tx: ReadTx,
  creditId: string,
  before: string | null,
  limit: number,
): Promise<CreditEntry[]> {
  const mine = eq(entry.creditId, creditId)
  const { entryId: id, kind, period, amount, receiptId, at } = entry
  return tx
    .select({ id, kind, period, amount, receiptId, at })
    .from(entry)
    .where(before === null ? mine : and(mine, lt(entry.entryId, before)))
    .orderBy(desc(entry.entryId))
    .limit(limit)
}

/** A month of an employer as far as the reader may see it; null when nothing is billed. */
export async function findEmployerMonth(
  tx: ReadTx,
  of: CreditKey & { readonly period: string },
): Promise<EmployerMonth | null> {
  const { employer, pool, insuranceType, period } = of
  const { rows } = await tx.execute<
    Record<'open' | 'amount' | 'unpaid' | 'paid' | 'set_off' | 'waiting' | 'left_over', string>
  >(sql`
    with bills as (
      select count(*) filter (where paid_at is null)::text as open, sum(employer_share + person_share)::text as amount,
        coalesce(sum(employer_share + person_share) filter (where paid_at is null), 0)::text as unpaid
      from insured.contribution_bill
      where employer = ${employer} and pool = ${pool} and insurance_type = ${insuranceType} and period = ${period}),
    moved as (
      select coalesce(-sum(e.amount) filter (where e.kind = 'SET_OFF'), 0)::text as set_off,
        coalesce(-sum(e.amount) filter (where e.kind = 'SET_OFF' and e.receipt_id is null), 0)::text as waiting,
        coalesce(sum(e.amount) filter (where e.kind = 'LEFT_OVER'), 0)::text as left_over
      from insured.employer_credit_entry e join insured.employer_credit c on c.credit_id = e.credit_id
      where c.employer = ${employer} and c.pool = ${pool} and c.insurance_type = ${insuranceType} and e.period = ${period})
    select bills.*, moved.*, (select coalesce(sum(amount), 0)::text from insured.contribution_receipt
      where employer = ${employer} and pool = ${pool} and insurance_type = ${insuranceType} and period = ${period}
        and state = 'POSTED') as paid
    from bills, moved where bills.amount is not null`)
  const [row] = rows
  if (row === undefined) return null
  const paid = fen(row.paid)
  const state = row.open !== '0' ? 'OPEN' : paid > 0n ? 'PAID' : 'OFFSET'
  const left = fenOf(fen(row.unpaid) - fen(row.waiting))
  return { ...of, state, amount: fen(row.amount), paid, setOff: fen(row.set_off), leftOver: fen(row.left_over), left }
}
