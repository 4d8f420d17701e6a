import type { Tx } from '@yibao/drizzle/connect'
import { monthlyStatement } from '@yibao/drizzle/settlement-clearing'
import { poolStatement } from '@yibao/drizzle/settlement-pool-clearing'
import { and, asc, eq, gt, or } from 'drizzle-orm'
import type { MonthlyStatement } from '../domain/monthly-statement.ts'
import type { PoolStatement } from '../domain/pool-statement.ts'

/** Holds the statements with a deadline in a year whose holidays were not published, in order of id. */
export const holdProvisional = async (tx: Tx, after: string, limit: number): Promise<MonthlyStatement[]> =>
  tx
    .select()
    .from(monthlyStatement)
    .where(
      and(
        gt(monthlyStatement.id, after),
        or(eq(monthlyStatement.appealProvisional, true), eq(monthlyStatement.dueProvisional, true)),
      ),
    )
    .orderBy(asc(monthlyStatement.id))
    .limit(limit)
    .for('update')

export const setDeadlines = async (
  tx: Tx,
  id: string,
  set: Partial<Pick<MonthlyStatement, 'appealUntil' | 'appealProvisional' | 'dueOn' | 'dueProvisional'>>,
): Promise<void> => void (await tx.update(monthlyStatement).set(set).where(eq(monthlyStatement.id, id)))

/** Holds the statements between pools whose day was counted so, in order of id. */
export const holdPoolProvisional = async (tx: Tx, after: string, limit: number): Promise<PoolStatement[]> =>
  tx
    .select()
    .from(poolStatement)
    .where(and(gt(poolStatement.id, after), eq(poolStatement.dueProvisional, true)))
    .orderBy(asc(poolStatement.id))
    .limit(limit)
    .for('update')

export const setPoolDeadline = async (
  tx: Tx,
  id: string,
  set: Pick<PoolStatement, 'dueOn' | 'dueProvisional'>,
): Promise<void> => void (await tx.update(poolStatement).set(set).where(eq(poolStatement.id, id)))
