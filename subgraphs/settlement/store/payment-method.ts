import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { methodDifference } from '@yibao/drizzle/settlement-clearing'
import { and, desc, eq, isNull, lt, or, type SQL } from 'drizzle-orm'
import type { MethodDifference } from '../domain/monthly-statement.ts'
import type { ReadDifference } from '../domain/payment-method.ts'

export const addDifference = async (tx: Tx, one: MethodDifference): Promise<void> =>
  void (await tx.insert(methodDifference).values(one))

/** The first entry of the same month and method; null when there is none. */
export async function findFirst(tx: Tx, pool: string, one: ReadDifference): Promise<string | null> {
  const [row] = await tx
    .select({ id: methodDifference.id })
    .from(methodDifference)
    .where(
      and(
        eq(methodDifference.pool, pool),
        eq(methodDifference.insuredPool, one.insuredPool ?? pool),
        eq(methodDifference.institution, one.institution),
        eq(methodDifference.month, one.month),
        eq(methodDifference.insuranceType, one.insuranceType),
        eq(methodDifference.clearingType, one.clearingType),
        eq(methodDifference.method, one.method),
        isNull(methodDifference.corrects),
      ),
    )
  return row?.id ?? null
}

/** An entry by id, and whether another corrects it already; null when there is none. */
export async function findCorrected(
  tx: Tx,
  id: string,
): Promise<{ readonly entry: MethodDifference; readonly corrected: boolean } | null> {
  const [entry] = await tx.select().from(methodDifference).where(eq(methodDifference.id, id))
  if (entry === undefined) return null
  const by = await tx
    .select({ id: methodDifference.id })
    .from(methodDifference)
    .where(eq(methodDifference.corrects, id))
  return { entry, corrected: by.length > 0 }
}

export interface DifferenceFilter {
  readonly institution?: string
  readonly pool?: string
  readonly month?: string
  readonly statementId?: string
  readonly before?: string
}

/** A page of differences, the latest imported first. */
export async function listDifferences(
  db: ReadTx,
  { institution, pool, month, statementId, before }: DifferenceFilter,
  limit: number,
): Promise<MethodDifference[]> {
  const conditions: (SQL | undefined)[] = [
    institution === undefined ? undefined : eq(methodDifference.institution, institution),
    pool === undefined ? undefined : or(eq(methodDifference.pool, pool), eq(methodDifference.insuredPool, pool)),
    month === undefined ? undefined : eq(methodDifference.month, month),
    statementId === undefined ? undefined : eq(methodDifference.statementId, statementId),
    before === undefined ? undefined : lt(methodDifference.id, before),
  ]
  return db
    .select()
    .from(methodDifference)
    .where(and(...conditions))
    .orderBy(desc(methodDifference.id))
    .limit(limit)
}
