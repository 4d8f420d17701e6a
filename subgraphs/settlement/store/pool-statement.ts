import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { monthlyStatement } from '@yibao/drizzle/settlement-clearing'
import { poolStatement, poolStatementItem, poolStatementStep } from '@yibao/drizzle/settlement-pool-clearing'
import type { Fen } from '@yibao/schema/money'
import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lt, lte, or, sql, type SQL } from 'drizzle-orm'
import { owedBetween, type MonthlyStatement } from '../domain/monthly-statement.ts'
import {
  UNPAID_STATES,
  type PoolStatement,
  type PoolStatementState,
  type PoolStatementStep,
} from '../domain/pool-statement.ts'

interface Declarable {
  readonly creditor: string
  readonly debtor: string
  readonly month: string
}

/** Confirmed statements of the debtor's persons up to a month that stand in no declaration yet, the oldest first. */
export const listDeclarable = async (
  tx: Tx,
  { creditor, debtor, month }: Declarable,
  limit: number,
): Promise<MonthlyStatement[]> =>
  tx
    .select()
    .from(monthlyStatement)
    .where(
      and(
        eq(monthlyStatement.pool, creditor),
        eq(monthlyStatement.insuredPool, debtor),
        isNull(monthlyStatement.otherProvince),
        isNotNull(monthlyStatement.confirmedAt),
        lte(monthlyStatement.month, month),
        sql`not exists (select from ${poolStatementItem} where ${poolStatementItem.statementId} = ${monthlyStatement.id})`,
      ),
    )
    .orderBy(asc(monthlyStatement.id))
    .limit(limit)

/** Adds a declaration with what stands in it: in no other, by the key. */
export async function addPoolStatement(
  tx: Tx,
  statement: PoolStatement,
  items: readonly MonthlyStatement[],
): Promise<void> {
  const { id: poolStatementId, creditor, debtor } = statement
  await tx.insert(poolStatement).values(statement)
  await tx
    .insert(poolStatementItem)
    .values(items.map((one) => ({ statementId: one.id, poolStatementId, creditor, debtor, amount: owedBetween(one) })))
}

/** Notes a step, whose number follows the last. */
export async function addStep(tx: Tx, step: Omit<PoolStatementStep, 'number'>): Promise<void> {
  const [last] = await tx
    .select({ number: sql<number>`coalesce(max(${poolStatementStep.number}), 0)::int` })
    .from(poolStatementStep)
    .where(eq(poolStatementStep.poolStatementId, step.poolStatementId))
  await tx.insert(poolStatementStep).values({ ...step, disputed: [...step.disputed], number: (last?.number ?? 0) + 1 })
}

/** Holds a declaration that is to change. */
export async function holdPoolStatement(tx: Tx, id: string): Promise<PoolStatement | null> {
  const [row] = await tx.select().from(poolStatement).where(eq(poolStatement.id, id)).for('update')
  return row ?? null
}

export const setPoolStatement = async (
  tx: Tx,
  id: string,
  set: Pick<PoolStatement, 'state'> & Partial<Pick<PoolStatement, 'bankReference' | 'paidOn'>>,
): Promise<void> => void (await tx.update(poolStatement).set(set).where(eq(poolStatement.id, id)))

/** Gives up what stands in a declaration that is withdrawn: it may be declared again. */
export const releaseItems = async (tx: Tx, id: string): Promise<void> =>
  void (await tx.delete(poolStatementItem).where(eq(poolStatementItem.poolStatementId, id)))

/** Which of these stand in a declaration. */
export async function countItems(tx: Tx, id: string, statements: readonly string[]): Promise<number> {
  if (statements.length === 0) return 0
  const rows = await tx
    .select({ id: poolStatementItem.statementId })
    .from(poolStatementItem)
    .where(and(eq(poolStatementItem.poolStatementId, id), inArray(poolStatementItem.statementId, [...statements])))
  return rows.length
}

export async function findPoolStatement(db: ReadTx, id: string): Promise<PoolStatement | null> {
  const [row] = await db.select().from(poolStatement).where(eq(poolStatement.id, id))
  return row ?? null
}

interface PoolStatementFilter {
  /** Between this pool and any other. */
  readonly pool?: string
  readonly other?: string
  readonly month?: string
  readonly state?: PoolStatementState
  /** Not paid although due before this day. */
  readonly overdueOn?: Temporal.PlainDate
  /** The place of the cursor. */
  readonly before?: string
}

const concerns = (pool: string | undefined): SQL | undefined =>
  pool === undefined ? undefined : or(eq(poolStatement.creditor, pool), eq(poolStatement.debtor, pool))

/** A page of declarations, the latest first. */
export async function listPoolStatements(
  db: ReadTx,
  { pool, other, month, state, overdueOn, before }: PoolStatementFilter,
  limit: number,
): Promise<PoolStatement[]> {
  return db
    .select()
    .from(poolStatement)
    .where(
      and(
        concerns(pool),
        concerns(other),
        month === undefined ? undefined : eq(poolStatement.month, month),
        state === undefined ? undefined : eq(poolStatement.state, state),
        overdueOn === undefined
          ? undefined
          : and(lt(poolStatement.dueOn, overdueOn), inArray(poolStatement.state, [...UNPAID_STATES])),
        before === undefined ? undefined : lt(poolStatement.id, before),
      ),
    )
    .orderBy(desc(poolStatement.id))
    .limit(limit)
}

/** A monthly statement in a declaration. */
export interface PoolStatementItem {
  readonly statement: MonthlyStatement
  readonly amount: Fen
}

/** What stands in a declaration in order of time, from the cursor on. */
export const listPoolItems = async (
  db: ReadTx,
  id: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<PoolStatementItem[]> =>
  db
    .select({ statement: monthlyStatement, amount: poolStatementItem.amount })
    .from(poolStatementItem)
    .innerJoin(monthlyStatement, eq(monthlyStatement.id, poolStatementItem.statementId))
    .where(
      and(
        eq(poolStatementItem.poolStatementId, id),
        after === null ? undefined : gt(poolStatementItem.statementId, after),
      ),
    )
    .orderBy(asc(poolStatementItem.statementId))
    .limit(limit)

/** How declarations came to their states, each in order. */
export const listSteps = async (db: ReadTx, ids: readonly string[]): Promise<PoolStatementStep[]> =>
  db
    .select()
    .from(poolStatementStep)
    .where(inArray(poolStatementStep.poolStatementId, [...ids]))
    .orderBy(asc(poolStatementStep.poolStatementId), asc(poolStatementStep.number))
