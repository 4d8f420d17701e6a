import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { clearingItem, deduction, methodDifference, monthlyStatement } from '@yibao/drizzle/settlement-clearing'
import { fenOf, ZERO, type Fen, type Rate } from '@yibao/schema/money'
import { and, asc, desc, eq, gt, gte, inArray, isNull, lt, lte, or, sql, type SQL } from 'drizzle-orm'
import { depositOf, payableOf, type Deposit } from '../domain/clearing.ts'
import {
  OPEN_STATES,
  type ClearingItem,
  type ClearingKey,
  type MonthlyStatement,
  type StatementKey,
  type StatementState,
} from '../domain/monthly-statement.ts'
import type { ClearingRun } from './clearing-run.ts'
import { listReversedParts, sumGone } from './deposit-back.ts'

type Db = ReadTx | Tx

/** A statement by id; null when there is none the reader may see. */
export async function findStatement(db: Db, id: string): Promise<MonthlyStatement | null> {
  const [row] = await db.select().from(monthlyStatement).where(eq(monthlyStatement.id, id))
  return row ?? null
}

/** Holds a statement that is to change. */
export async function holdStatement(tx: Tx, id: string): Promise<MonthlyStatement | null> {
  const [row] = await tx.select().from(monthlyStatement).where(eq(monthlyStatement.id, id)).for('update')
  return row ?? null
}

export interface StatementFilter {
  readonly institution?: string
  /** The bureau that clears, or the pool whose funds bear it. */
  readonly pool?: string
  readonly runId?: string
  readonly month?: string
  readonly state?: StatementState
  /** Not paid although due before this day. */
  readonly overdueOn?: Temporal.PlainDate
  /** The place of the cursor. */
  readonly before?: string
}

/** A page of statements, the latest first. */
export async function listStatements(db: Db, filter: StatementFilter, limit: number): Promise<MonthlyStatement[]> {
  const { institution, pool, runId, month, state, overdueOn, before } = filter
  const conditions: (SQL | undefined)[] = [
    institution === undefined ? undefined : eq(monthlyStatement.institution, institution),
    pool === undefined ? undefined : or(eq(monthlyStatement.pool, pool), eq(monthlyStatement.insuredPool, pool)),
    runId === undefined ? undefined : eq(monthlyStatement.runId, runId),
    month === undefined ? undefined : eq(monthlyStatement.month, month),
    state === undefined ? undefined : eq(monthlyStatement.state, state),
    overdueOn === undefined
      ? undefined
      : and(lt(monthlyStatement.dueOn, overdueOn), inArray(monthlyStatement.state, ['CONFIRMED', 'PAYING'])),
    before === undefined ? undefined : lt(monthlyStatement.id, before),
  ]
  return db
    .select()
    .from(monthlyStatement)
    .where(and(...conditions))
    .orderBy(desc(monthlyStatement.id))
    .limit(limit)
}

/** The settlements of a statement in order of time, from the cursor on. */
export const listItems = async (
  db: Db,
  statementId: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<ClearingItem[]> =>
  db
    .select()
    .from(clearingItem)
    .where(
      and(eq(clearingItem.statementId, statementId), after === null ? undefined : gt(clearingItem.settlementId, after)),
    )
    .orderBy(asc(clearingItem.settlementId))
    .limit(limit)

/** A statement as a run begins it: nothing is in it yet. */
export const newStatement = (
  run: ClearingRun,
  key: StatementKey,
  id: string,
): typeof monthlyStatement.$inferInsert => ({
  ...key,
  id,
  runId: run.id,
  month: run.month,
  declaredBy: run.declaredBy,
  declaredOn: run.declaredOn,
  declaredAt: run.declaredAt,
  state: 'COLLECTING',
  settlements: 0,
  reversals: 0,
  late: 0,
  total: ZERO,
  inScope: ZERO,
  fund: ZERO,
  account: ZERO,
  cash: ZERO,
  deducted: ZERO,
  depositRatio: NO_RATIO,
  depositKept: ZERO,
  deposit: ZERO,
  difference: ZERO,
  payable: ZERO,
  transfer: ZERO,
})
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a ratio of nothing
const NO_RATIO = 0n as Rate

/** Begins statements; a key the run has already, or that was declared today, is left out. */
export async function addStatements(
  tx: Tx,
  statements: readonly (typeof monthlyStatement.$inferInsert)[],
): Promise<void> {
  if (statements.length === 0) return
  await tx
    .insert(monthlyStatement)
    .values([...statements])
    .onConflictDoNothing()
}

interface Sums {
  readonly settlements: number
  readonly reversals: number
  readonly late: number
  readonly total: Fen
  readonly inScope: Fen
  readonly fund: Fen
  readonly account: Fen
  readonly cash: Fen
}

const fen = (text: string | undefined): Fen => fenOf(BigInt(text ?? 0))

/** What the settlements of a statement add up to. */
async function sumItems(tx: Tx, id: string): Promise<Sums> {
  const total = (column: (typeof clearingItem)[keyof Sums & keyof typeof clearingItem]) =>
    sql<string>`coalesce(sum(${column}), 0)::text`
  const [row] = await tx
    .select({
      settlements: sql<number>`count(*)::int`,
      reversals: sql<number>`(count(*) filter (where ${clearingItem.reversal}))::int`,
      late: sql<number>`(count(*) filter (where ${clearingItem.late}))::int`,
      total: total(clearingItem.total),
      inScope: total(clearingItem.inScope),
      fund: total(clearingItem.fund),
      account: total(clearingItem.account),
      cash: total(clearingItem.cash),
    })
    .from(clearingItem)
    .where(eq(clearingItem.statementId, id))
  return {
    settlements: row?.settlements ?? 0,
    reversals: row?.reversals ?? 0,
    late: row?.late ?? 0,
    total: fen(row?.total),
    inScope: fen(row?.inScope),
    fund: fen(row?.fund),
    account: fen(row?.account),
    cash: fen(row?.cash),
  }
}

/** What was deducted in a statement, and what its differences come to. */
async function sumChanges(tx: Tx, id: string): Promise<{ readonly deducted: Fen; readonly difference: Fen }> {
  const { rows } = await tx.execute<{ deducted: string; difference: string }>(sql`
    select (select coalesce(sum(amount), 0) from settlement.deduction where statement_id = ${id})::text as deducted,
      (select coalesce(sum(amount), 0) from settlement.method_difference where statement_id = ${id})::text as difference`)
  return { deducted: fen(rows[0]?.deducted), difference: fen(rows[0]?.difference) }
}

/** Adds up a statement whose settlements are all there. */
export async function declareStatement(tx: Tx, id: string, depositRatio: Rate): Promise<void> {
  const sums = await sumItems(tx, id)
  const changes = await sumChanges(tx, id)
  const claimed = { ...sums, ...changes, depositRatio }
  const rest = payableOf(claimed, depositOf(claimed, await listReversedParts(tx, id)))
  const state =
    sums.settlements === 0 && changes.deducted === 0n && changes.difference === 0n ? 'WITHDRAWN' : 'DECLARED'
  await tx
    .update(monthlyStatement)
    .set({ ...sums, ...changes, ...rest, depositRatio, state })
    .where(eq(monthlyStatement.id, id))
}

/** Reckons anew what is left of a statement whose deductions or differences changed; what was found of its deposit. */
export async function reckonStatement(tx: Tx, statement: MonthlyStatement): Promise<Deposit> {
  const { id } = statement
  const claimed = { ...statement, ...(await sumChanges(tx, id)) }
  const deposit = depositOf(claimed, await listReversedParts(tx, id), await sumGone(tx, id))
  const { deducted, difference } = claimed
  await tx
    .update(monthlyStatement)
    .set({ deducted, difference, ...payableOf(claimed, deposit) })
    .where(eq(monthlyStatement.id, id))
  return deposit
}

/** Notes the next step of a statement. */
export const setStatement = async (
  tx: Tx,
  id: string,
  set: Partial<typeof monthlyStatement.$inferInsert> & { readonly state: StatementState },
): Promise<void> => void (await tx.update(monthlyStatement).set(set).where(eq(monthlyStatement.id, id)))

const keyIs = (
  table: typeof monthlyStatement | typeof deduction | typeof methodDifference,
  key: ClearingKey,
): SQL[] => [
  eq(table.institution, key.institution),
  eq(table.pool, key.pool),
  eq(table.insuredPool, key.insuredPool),
  eq(table.insuranceType, key.insuranceType),
  eq(table.clearingType, key.clearingType),
]

/**
 * The statement of a key that what comes now goes into: that of the month, or else the earliest that is still open; none
 * of a month before `notBefore`.
 */
export async function holdOpenStatement(
  tx: Tx,
  key: ClearingKey,
  month: string,
  notBefore = '',
): Promise<MonthlyStatement | null> {
  const [row] = await tx
    .select()
    .from(monthlyStatement)
    .where(
      and(
        ...keyIs(monthlyStatement, key),
        inArray(monthlyStatement.state, [...OPEN_STATES]),
        gte(monthlyStatement.month, notBefore),
      ),
    )
    .orderBy(desc(eq(monthlyStatement.month, month)), asc(monthlyStatement.id))
    .limit(1)
    .for('update')
  return row ?? null
}

/** Keys of an institution for which something waits for a statement of a month. */
export async function listWaitingKeys(
  tx: Tx,
  { institution, pool, month }: Pick<ClearingRun, 'institution' | 'pool' | 'month'>,
): Promise<StatementKey[]> {
  const { rows } = await tx.execute<StatementKey & Record<string, unknown>>(sql`
    select institution, pool, insured_pool as "insuredPool", insurance_type as "insuranceType",
      clearing_type as "clearingType", other_province as "otherProvince" from settlement.deduction
    where statement_id is null and institution = ${institution} and (${pool}::text is null or pool = ${pool})
      and (from_month is null or from_month <= ${month})
    union
    select institution, pool, insured_pool, insurance_type, clearing_type, null from settlement.method_difference
    where statement_id is null and institution = ${institution} and (${pool}::text is null or pool = ${pool})
      and month <= ${month}`)
  return rows
}

/** Takes what waits for a statement of its key and month into this one. */
export async function adoptWaiting(
  tx: Tx,
  statement: ClearingKey & Pick<MonthlyStatement, 'id' | 'month'>,
): Promise<void> {
  const inTime = or(isNull(deduction.fromMonth), lte(deduction.fromMonth, statement.month))
  for (const table of [deduction, methodDifference]) {
    await tx
      .update(table)
      .set({ statementId: statement.id })
      .where(
        and(
          ...keyIs(table, statement),
          isNull(table.statementId),
          table === deduction ? inTime : lte(methodDifference.month, statement.month),
        ),
      )
  }
}

/** Gives up what stands in a statement that is withdrawn: it waits for the next one. */
export async function releaseStatement(tx: Tx, id: string): Promise<void> {
  await tx.delete(clearingItem).where(eq(clearingItem.statementId, id))
  await tx.update(deduction).set({ statementId: null }).where(eq(deduction.statementId, id))
  await tx.update(methodDifference).set({ statementId: null }).where(eq(methodDifference.statementId, id))
}
