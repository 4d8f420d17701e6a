import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { reversal, settlement } from '@yibao/drizzle/settlement'
import { and, asc, eq, gt, inArray, isNull, notExists, or, sql, type SQL } from 'drizzle-orm'
import { isDecided, type DecidedSettlement } from '../domain/recompute.ts'
import type { Settlement } from '../domain/settlement.ts'
import { findRecords } from './own-records.ts'
import { settlementOf } from './settlements.ts'

/** The latest unreversed settlement of the same visit after this one; null when this one is the latest. */
export async function findLaterPart(
  hot: Statements,
  { id, institution, visit }: Pick<Settlement, 'id' | 'institution' | 'visit'>,
): Promise<string | null> {
  const [row] = await hot.unsafe<{ id: string }>(
    `select settlement_id::text as id from settlement.bill
     where institution = $1::text and visit = $2::text and settlement_id > $3::uuid
     order by settlement_id desc limit 1`,
    [institution, visit, id],
  )
  return row?.id ?? null
}

/** `listLater` of several settlements, within their own records: of each the latest. */
export async function listLatest(
  db: ReadTx | Tx,
  settlements: readonly DecidedSettlement[],
): Promise<(DecidedSettlement | null)[]> {
  const found = await list(
    db,
    or(...settlements.map((one) => and(ofYear(one, [one.insuredId]), gt(settlement.id, one.id)))),
  )
  return settlements.map(
    (of) => found.findLast((one) => isSameYear(one, of) && one.id > of.id && dependsOn(one, of)) ?? null,
  )
}

/**
 * The other settlements of the person's benefit year that stand, in their order, under whichever record of theirs: same
 * pool, same insurance.
 */
export async function listOfYear(db: Tx, of: DecidedSettlement): Promise<DecidedSettlement[]> {
  return list(db, and(ofYear(of, await findRecords(db, of.insuredId)), sql`${settlement.id} <> ${of.id}`))
}

/**
 * Those of them that came later and were decided on, or consumed of, a counter this one consumed of, the latest last: a
 * bill behind the deductible depends on the one that used it, though it took nothing of it.
 */
export async function listLater(db: Tx, of: DecidedSettlement): Promise<DecidedSettlement[]> {
  const later = await list(db, and(ofYear(of, await findRecords(db, of.insuredId)), gt(settlement.id, of.id)))
  return later.filter((one) => dependsOn(one, of))
}

const dependsOn = ({ inScope, consumed, input: { counters } }: DecidedSettlement, of: DecidedSettlement): boolean =>
  Object.keys(of.consumed).some((key) => Object.hasOwn(consumed, key) || (inScope > 0n && Object.hasOwn(counters, key)))

const isSameYear = (one: DecidedSettlement, of: DecidedSettlement): boolean =>
  one.insuredId === of.insuredId &&
  one.pool === of.pool &&
  one.insuranceType === of.insuranceType &&
  one.input.care.year === of.input.care.year

const ofYear = (of: DecidedSettlement, records: readonly string[]): SQL | undefined =>
  and(
    inArray(settlement.insuredId, [...records]),
    eq(settlement.pool, of.pool),
    eq(settlement.insuranceType, of.insuranceType),
    sql`${settlement.input} #>> '{care,year}' = ${of.input.care.year}`,
  )

async function list(db: ReadTx | Tx, which: SQL | undefined): Promise<DecidedSettlement[]> {
  const rows = await db
    .select()
    .from(settlement)
    .where(
      and(
        isNull(settlement.reverses),
        which,
        notExists(
          db
            .select({ one: sql`1` })
            .from(reversal)
            .where(and(eq(reversal.settlementId, settlement.id), eq(reversal.insuredId, settlement.insuredId))),
        ),
      ),
    )
    .orderBy(asc(settlement.id))
  return rows.map(settlementOf).filter(isDecided)
}
