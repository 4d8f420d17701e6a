import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { monthlyStatement } from '@yibao/drizzle/settlement-clearing'
import { depositRelease } from '@yibao/drizzle/settlement-clearing-payment'
import { fenOf, type Fen } from '@yibao/schema/money'
import { and, asc, desc, eq, inArray, isNotNull, isNull, like, lt, sql, type SQL } from 'drizzle-orm'

/** What of the deposits of a year goes back by a score. */
export type DepositRelease = typeof depositRelease.$inferSelect

interface OfYear {
  readonly institution: string
  readonly pool: string
  readonly year: string
}

const statementsOf = ({ institution, pool, year }: OfYear): SQL | undefined =>
  and(
    eq(monthlyStatement.institution, institution),
    eq(monthlyStatement.pool, pool),
    like(monthlyStatement.month, `${year}-%`),
  )

/** What was kept back of the year and did not go back yet, and whether anything of it is still open. */
export async function findKept(tx: Tx, of: OfYear): Promise<{ readonly kept: Fen; readonly open: boolean }> {
  const rows = await tx
    .select({ id: monthlyStatement.id, state: monthlyStatement.state, releaseId: monthlyStatement.releaseId })
    .from(monthlyStatement)
    .where(statementsOf(of))
    .orderBy(asc(monthlyStatement.id))
    .for('update')
  const kept = rows.filter((one) => CONFIRMED.includes(one.state) && one.releaseId === null)
  return {
    kept: await sumLeft(
      tx,
      kept.map((one) => one.id),
    ),
    open: rows.some((one) => !CONFIRMED.includes(one.state) && one.state !== 'WITHDRAWN'),
  }
}

/** What is left of the deposits of statements that are held: kept, and not gone back with settlements reversed later. */
async function sumLeft(tx: Tx, ids: readonly string[]): Promise<Fen> {
  const { rows } = await tx.execute<{ left: string }>(sql`
    select coalesce(sum(${LEFT_OF_DEPOSIT}), 0)::text as left from settlement.monthly_statement m
    where m.id in ${ids.length === 0 ? sql`(null)` : ids}`)
  return fenOf(BigInt(rows[0]?.left ?? 0))
}
/** What is left of the deposit of the statement `m`. */
export const LEFT_OF_DEPOSIT = sql.raw(`(m.deposit_kept - coalesce((
  select sum(b.amount) from settlement.deposit_back b where b.of_statement_id = m.id), 0))`)

const CONFIRMED: string[] = ['CONFIRMED', 'PAYING', 'PAID']

/** The score a year has, corrected ones left out; null when it was given none. */
export async function findScore(tx: Tx, { institution, pool, year }: OfYear): Promise<number | null> {
  const [row] = await tx
    .select({ score: depositRelease.score })
    .from(depositRelease)
    .where(
      and(
        eq(depositRelease.institution, institution),
        eq(depositRelease.pool, pool),
        eq(depositRelease.year, year),
        isNull(depositRelease.correctedBy),
        isNotNull(depositRelease.score),
      ),
    )
    .limit(1)
  return row?.score ?? null
}

/** Adds a release of what was kept of the year and did not go back yet. */
export async function addRelease(tx: Tx, release: DepositRelease): Promise<void> {
  await tx.insert(depositRelease).values(release)
  await tx
    .update(monthlyStatement)
    .set({ releaseId: release.id })
    .where(
      and(
        statementsOf(release),
        inArray(monthlyStatement.state, ['CONFIRMED', 'PAYING', 'PAID']),
        isNull(monthlyStatement.releaseId),
      ),
    )
}

export async function findRelease(db: ReadTx, id: string): Promise<DepositRelease | null> {
  const [row] = await db.select().from(depositRelease).where(eq(depositRelease.id, id))
  return row ?? null
}

export const findReleases = async (db: ReadTx, ids: readonly string[]): Promise<DepositRelease[]> =>
  db
    .select()
    .from(depositRelease)
    .where(inArray(depositRelease.id, [...ids]))
    .orderBy(asc(depositRelease.id))

interface ReleaseFilter {
  readonly institution?: string
  readonly pool?: string
  readonly year?: string
  readonly before?: string
}

/** A page of releases, the latest first. */
export const listReleases = async (
  db: ReadTx,
  { institution, pool, year, before }: ReleaseFilter,
  limit: number,
): Promise<DepositRelease[]> =>
  db
    .select()
    .from(depositRelease)
    .where(
      and(
        institution === undefined ? undefined : eq(depositRelease.institution, institution),
        pool === undefined ? undefined : eq(depositRelease.pool, pool),
        year === undefined ? undefined : eq(depositRelease.year, year),
        before === undefined ? undefined : lt(depositRelease.id, before),
      ),
    )
    .orderBy(desc(depositRelease.id))
    .limit(limit)
