import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { depositDecision, depositRelease } from '@yibao/drizzle/settlement-clearing-payment'
import { fenOf, type Fen } from '@yibao/schema/money'
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import { LEFT_OF_DEPOSIT, type DepositRelease } from './deposit.ts'

/** What becomes of what no score gives back. */
export type DepositDecision = typeof depositDecision.$inferSelect

export const addDecision = async (tx: Tx, decision: DepositDecision): Promise<void> =>
  void (await tx.insert(depositDecision).values(decision))

/** Holds the releases of a year of which something is left that nobody has decided. */
export const holdUndecided = async (
  tx: Tx,
  { institution, pool, year }: Pick<DepositRelease, 'institution' | 'pool' | 'year'>,
): Promise<DepositRelease[]> =>
  tx
    .select()
    .from(depositRelease)
    .where(
      and(
        eq(depositRelease.institution, institution),
        eq(depositRelease.pool, pool),
        eq(depositRelease.year, year),
        isNull(depositRelease.correctedBy),
        sql`${depositRelease.kept} > ${depositRelease.amount}`,
        sql`not exists (select from ${depositDecision} where ${depositDecision.releaseId} = ${depositRelease.id})`,
      ),
    )
    .orderBy(asc(depositRelease.id))
    .for('update')

/** What the statements of a release kept, by insurance. */
export async function sumKept(
  tx: Tx,
  releaseId: string,
): Promise<{ readonly insuranceType: string; readonly amount: Fen }[]> {
  const { rows } = await tx.execute<{ insuranceType: string; amount: string }>(sql`
    select m.insurance_type as "insuranceType", sum(${LEFT_OF_DEPOSIT})::text as amount
    from settlement.monthly_statement m where m.release_id = ${releaseId} group by 1 order by 1`)
  return rows.map(({ insuranceType, amount }) => ({ insuranceType, amount: fenOf(BigInt(amount)) }))
}

export const listDecisions = async (db: ReadTx, ids: readonly string[]): Promise<DepositDecision[]> =>
  db
    .select()
    .from(depositDecision)
    .where(inArray(depositDecision.id, [...ids]))
    .orderBy(asc(depositDecision.id))

/** The decisions about releases, by the release. */
export async function findDecisions(
  db: ReadTx,
  releases: readonly string[],
): Promise<ReadonlyMap<string, DepositDecision>> {
  const rows = await db
    .select()
    .from(depositDecision)
    .where(inArray(depositDecision.releaseId, [...releases]))
  return new Map(rows.map((one) => [one.releaseId, one]))
}

/** What is still kept of a year that is over: nobody has decided it. */
export interface HeldDeposit {
  readonly key: string
  readonly institution: string
  readonly pool: string
  readonly year: string
  readonly amount: Fen
  readonly isScored: boolean
}

interface HeldFilter {
  readonly institution?: string
  readonly pool?: string
  readonly year?: string
  /** Years before this one. */
  readonly before: string
  readonly after: string | null
}

/** A page of deposits that wait for a score or a decision, the oldest year first. */
export async function listHeld(
  db: ReadTx,
  { institution, pool, year, before, after }: HeldFilter,
  limit: number,
): Promise<HeldDeposit[]> {
  const own = sql`(${institution ?? null}::text is null or t.institution = ${institution ?? null})
    and (${pool ?? null}::text is null or t.pool = ${pool ?? null})`
  const { rows } = await db.execute<Omit<HeldDeposit, 'amount'> & { amount: string }>(sql`
    select * from (
      select x.year || ':' || x.pool || ':' || x.institution as key, x.year, x.pool, x.institution, sum(x.amount)::text as amount, bool_or(x.scored) as "isScored" from (
        select left(t.month, 4) as year, t.pool, t.institution, t.deposit_kept as amount, false as scored
        from settlement.monthly_statement t where t.confirmed_at is not null and ${own}
        union all
        select left(o.month, 4), t.pool, t.institution, -t.amount, false from settlement.deposit_back t
        join settlement.monthly_statement o on o.id = t.of_statement_id where ${own}
        union all
        select t.year, t.pool, t.institution, -t.amount, t.score is not null from settlement.deposit_release t
        where t.corrected_by is null and ${own}
        union all
        select t.year, t.pool, t.institution, -t.amount, false from settlement.deposit_decision t
        join settlement.deposit_release r on r.id = t.release_id where r.corrected_by is null and ${own}
      ) x where x.year < ${before} group by x.year, x.pool, x.institution having sum(x.amount) > 0) h
    where (${after}::text is null or h.key collate "C" > ${after})
      and (${year ?? null}::text is null or h.year = ${year ?? null})
    order by h.key collate "C" limit ${limit}`)
  return rows.map((row) => ({ ...row, amount: fenOf(BigInt(row.amount)) }))
}
