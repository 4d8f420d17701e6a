import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { monthlyStatement } from '@yibao/drizzle/settlement-clearing'
import { depositRelease } from '@yibao/drizzle/settlement-clearing-payment'
import { fenOf, type Fen } from '@yibao/schema/money'
import { and, desc, eq, inArray, isNull, like, lt, type SQL } from 'drizzle-orm'

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
    .select({ state: monthlyStatement.state, deposit: monthlyStatement.deposit, releaseId: monthlyStatement.releaseId })
    .from(monthlyStatement)
    .where(statementsOf(of))
    .for('update')
  const kept = rows.filter((one) => CONFIRMED.includes(one.state) && one.releaseId === null)
  return {
    kept: fenOf(kept.reduce((sum, one) => sum + one.deposit, 0n)),
    open: rows.some((one) => !CONFIRMED.includes(one.state) && one.state !== 'WITHDRAWN'),
  }
}
const CONFIRMED: string[] = ['CONFIRMED', 'PAYING', 'PAID']

/** The score a year was given before; null when it was given none. */
export async function findScore(tx: Tx, { institution, pool, year }: OfYear): Promise<number | null> {
  const [row] = await tx
    .select({ score: depositRelease.score })
    .from(depositRelease)
    .where(
      and(eq(depositRelease.institution, institution), eq(depositRelease.pool, pool), eq(depositRelease.year, year)),
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

interface ReleaseFilter {
  readonly institution?: string
  readonly pool?: string
  readonly before?: string
}

/** A page of releases, the latest first. */
export const listReleases = async (
  db: ReadTx,
  { institution, pool, before }: ReleaseFilter,
  limit: number,
): Promise<DepositRelease[]> =>
  db
    .select()
    .from(depositRelease)
    .where(
      and(
        institution === undefined ? undefined : eq(depositRelease.institution, institution),
        pool === undefined ? undefined : eq(depositRelease.pool, pool),
        before === undefined ? undefined : lt(depositRelease.id, before),
      ),
    )
    .orderBy(desc(depositRelease.id))
    .limit(limit)
