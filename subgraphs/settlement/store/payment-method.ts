import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { methodDifference } from '@yibao/drizzle/settlement-clearing'
import { fenOf } from '@yibao/schema/money'
import { and, desc, eq, lt, or, sql, type SQL } from 'drizzle-orm'
import { careKindOfClearing } from '../domain/clearing-type.ts'
import { endOfMonth } from '../domain/clearing.ts'
import type { MethodDifference } from '../domain/monthly-statement.ts'
import type { MonthTurnover, ReadDifference } from '../domain/payment-method.ts'
import { idFloor } from '../domain/settlement-id.ts'

export const addDifference = async (tx: Tx, one: MethodDifference): Promise<void> =>
  void (await tx.insert(methodDifference).values(one))

/** The first entry of the same month and method, and one by the same paper; null when there is none. */
export async function findKnown(
  tx: Tx,
  pool: string,
  one: ReadDifference,
): Promise<{ readonly first: string | null; readonly ofPaper: string | null }> {
  const rows = await tx
    .select({
      id: methodDifference.id,
      corrects: methodDifference.corrects,
      sourceNumber: methodDifference.sourceNumber,
    })
    .from(methodDifference)
    .where(
      and(
        eq(methodDifference.pool, pool),
        eq(methodDifference.insuredPool, pool),
        eq(methodDifference.institution, one.institution),
        eq(methodDifference.month, one.month),
        eq(methodDifference.insuranceType, one.insuranceType),
        eq(methodDifference.clearingType, one.clearingType),
        eq(methodDifference.method, one.method),
      ),
    )
  return {
    first: rows.find(({ corrects }) => corrects === null)?.id ?? null,
    ofPaper: rows.find(({ sourceNumber }) => sourceNumber === one.sourceNumber)?.id ?? null,
  }
}

/** What was settled of a month and what its differences come to, at an institution under a bureau's own agreement. */
export async function findTurnover(tx: Tx, pool: string, one: ReadDifference): Promise<MonthTurnover> {
  const { institution, month, insuranceType, clearingType } = one
  const [begin, end] = [Temporal.PlainDate.from(`${month}-01`), endOfMonth(month)].map((day) =>
    idFloor(day.toZonedDateTime('Asia/Shanghai').toInstant()),
  )
  const { rows } = await tx.execute<{ fund: string; differences: string }>(sql`
    select (select coalesce(sum(s.hifp + s.cvlserv + s.hifes + s.hifmi + s.hifob + s.hifdm + s.maf + s.oth), 0)
      from settlement.settlement s where s.institution = ${institution} and s.claim_id is null and s.id >= ${begin} and s.id < ${end}
        and s.clearing_agency = ${pool} and s.pool = ${pool} and s.insurance_type = ${insuranceType}
        and s.care_kind = ${careKindOfClearing(clearingType)})::text as fund,
      (select coalesce(sum(d.amount), 0) from settlement.method_difference d where d.institution = ${institution}
        and d.month = ${month} and d.pool = ${pool} and d.insured_pool = ${pool}
        and d.insurance_type = ${insuranceType} and d.clearing_type = ${clearingType})::text as differences`)
  const { fund = '0', differences = '0' } = rows[0] ?? {}
  return { fund: fenOf(BigInt(fund)), differences: fenOf(BigInt(differences)) }
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
