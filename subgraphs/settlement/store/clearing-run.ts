import type { Tx } from '@yibao/drizzle/connect'
import { clearingRun } from '@yibao/drizzle/settlement-clearing'
import { and, eq, sql, type SQL } from 'drizzle-orm'
import { clearingTypeOf } from '../domain/clearing-type.ts'
import type { StatementKey } from '../domain/monthly-statement.ts'
import { CANDIDATES, ofPool } from './clearing-candidates.ts'

/** One declaration, and how far its settlements are collected. */
export type ClearingRun = typeof clearingRun.$inferSelect

export const addRun = async (tx: Tx, run: ClearingRun): Promise<void> => void (await tx.insert(clearingRun).values(run))

/** The run an institution has under way; null when there is none. */
export async function findCollecting(tx: Tx, institution: string): Promise<string | null> {
  const [row] = await tx
    .select({ id: clearingRun.id })
    .from(clearingRun)
    .where(and(eq(clearingRun.institution, institution), eq(clearingRun.state, 'COLLECTING')))
  return row?.id ?? null
}

/** The runs that are not done, of whatever institution. */
export const listCollecting = async (tx: Pick<Tx, 'select'>): Promise<string[]> =>
  (
    await tx
      .select({ id: clearingRun.id })
      .from(clearingRun)
      .where(eq(clearingRun.state, 'COLLECTING'))
      .orderBy(clearingRun.id)
  ).map(({ id }) => id)

/** Holds a run that is to go on; null when it is done. Others wait, and find what is left to do. */
export async function holdRun(tx: Tx, id: string): Promise<ClearingRun | null> {
  const [run] = await tx
    .select()
    .from(clearingRun)
    .where(and(eq(clearingRun.id, id), eq(clearingRun.state, 'COLLECTING')))
    .for('update')
  return run ?? null
}

/** The next settlements in turn: how far they go, null at the end, and what they are cleared under. */
export interface CollectPage {
  readonly last: string | null
  readonly keys: readonly StatementKey[]
}

/** Looks at the next reconciled settlements of a run, whether they stand in a statement already or not. */
export async function nextPage(tx: Tx, run: ClearingRun, limit: number): Promise<CollectPage> {
  const { rows } = await tx.execute<{ last: string | null }>(sql`
    select max(settlement_id::text) as last from (
      select r.settlement_id from settlement.reconciled r
      where r.institution = ${run.institution} and r.settlement_id > ${run.afterId} and r.settlement_id < ${run.beforeId}
      order by r.settlement_id limit ${limit}) page`)
  const last = rows[0]?.last ?? null
  if (last === null) return { last, keys: [] }
  const { rows: keys } = await tx.execute<StatementKey & Record<string, unknown>>(sql`
    select distinct s.institution, s.clearing_agency as pool, s.pool as "insuredPool", s.insurance_type as "insuranceType", ${CLEARING_TYPE} as "clearingType",
      s.other_province as "otherProvince"
    from ${CANDIDATES} where ${within(run, last)}`)
  return { last, keys }
}

/** Puts the settlements of a page into the statements of the run; those that stand in one stay there. */
export async function collectPage(tx: Tx, run: ClearingRun, last: string): Promise<void> {
  await tx.execute(sql`
    insert into settlement.clearing_item (insured_id, settlement_id, statement_id, institution, pool,
      insured_pool, month, reversal, late, total, in_scope, fund, account, cash)
    select s.insured_id, s.id, m.id, s.institution, s.clearing_agency, s.pool, to_char(settlement.id_day(s.id), 'YYYY-MM'),
      s.reverses is not null, to_char(settlement.id_day(s.id), 'YYYY-MM') <> ${run.month}, s.total, s.in_scope,
      s.hifp + s.cvlserv + s.hifes + s.hifmi + s.hifob + s.hifdm + s.maf + s.oth, s.account + s.mutual_aid, s.cash
    from ${CANDIDATES}
    join settlement.monthly_statement m on m.run_id = ${run.id} and m.pool = s.clearing_agency
      and m.insured_pool = s.pool and m.insurance_type = s.insurance_type and m.clearing_type = ${CLEARING_TYPE}
    where ${within(run, last)}
    on conflict (insured_id, settlement_id) do nothing`)
  await tx.update(clearingRun).set({ afterId: last }).where(eq(clearingRun.id, run.id))
}

export const endRun = async (tx: Tx, id: string): Promise<void> =>
  void (await tx.update(clearingRun).set({ state: 'DONE' }).where(eq(clearingRun.id, id)))

const within = (run: ClearingRun, last: string): SQL =>
  sql`r.institution = ${run.institution} and r.settlement_id > ${run.afterId} and r.settlement_id <= ${last}
    and ${ofPool(run.pool)}`

const CLEARING_TYPE = sql.raw(
  `case s.care_kind ${(['OUTPATIENT', 'INPATIENT', 'PHARMACY'] as const)
    .map((kind) => `when '${kind}' then '${clearingTypeOf(kind)}'`)
    .join(' ')} end`,
)

export interface Declaring {
  readonly institution: string
  /** What one bureau clears only. */
  readonly pool: string | null
  readonly month: string
  /** The first id after the month. */
  readonly before: string
  readonly today: Temporal.PlainDate
}

/** Whether there is anything to declare, and whether any of it may be declared today. */
export async function findDeclarable(
  tx: Tx,
  { institution, pool, month, before, today }: Declaring,
): Promise<{ readonly any: boolean; readonly today: boolean }> {
  const candidates = sql`from ${CANDIDATES} where r.institution = ${institution} and r.settlement_id < ${before}
    and ${ofPool(pool)}`
  const declared = sql`exists (select from settlement.monthly_statement m where m.institution = s.institution
    and m.pool = s.clearing_agency and m.insured_pool = s.pool and m.insurance_type = s.insurance_type
    and m.clearing_type = ${CLEARING_TYPE} and m.month = ${month} and m.declared_on = ${today.toString()}::date)`
  const { rows } = await tx.execute<{ any: boolean; today: boolean }>(sql`
    select exists (select ${candidates}) as any, exists (select ${candidates} and not ${declared}) as today`)
  return rows[0] ?? { any: false, today: false }
}
