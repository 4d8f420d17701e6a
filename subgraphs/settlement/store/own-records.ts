import type { Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'
import type { Facts, StayRecord } from '../domain/facts.ts'

/**
 * The ids of the person of a credential `c`: their own, and those of the records that were merged into theirs, whether
 * settlement has heard of the merge or not. What stands under an old id stays there and is found by these. `offset 0` keeps
 * it one look into an index, however often the ids are named.
 */
export const OWN_RECORDS = `cross join lateral (select ${recordsOf('c.insured_id')} as ids offset 0) mine`

/** The same of an id as it stands in a statement. */
export function recordsOf(insured: string): string {
  return `array(select ${insured} union all
      select a.insured_id from insured.person_alias_v1 a where a.survivor_id = ${insured})`
}

/** The record that goes on of the person a record in a statement is of. */
export const survivorOf = (insured: string): string =>
  `coalesce((select a.survivor_id from insured.person_alias_v1 a where a.insured_id = ${insured}), ${insured})`

/** The ids of everything that is kept of the person a record is of, whether that one goes on or was given up. */
export async function findRecords(tx: Tx, insuredId: string): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    with survivor as (select coalesce(
      (select survivor_id from insured.person_alias_v1 where insured_id = ${insuredId}), ${insuredId}::uuid) as id)
    select id from survivor union all
    select a.insured_id from survivor s join insured.person_alias_v1 a on a.survivor_id = s.id`)
  return rows.map(({ id }) => id)
}

/**
 * Whether money of a record that was merged into this one has not moved there yet. `offset 0`, here and in the facts of many
 * bills, has the server look for each: it would otherwise read all such rows there are once for all bills together.
 */
export const isMoneyUnderWay = (insured: string): string => `exists (
    select from insured.person_alias_v1 a
    left join settlement.person_alias b on b.insured_id = a.insured_id and b.survivor_id = a.survivor_id
    left join settlement.person q on q.insured_id = a.insured_id
    where a.survivor_id = ${insured} and (b.insured_id is null or q.version is distinct from b.seen_version) offset 0)`

/** What is asked for every bill of the person's records. */
export const RECORD_COLUMNS = `to_json(mine.ids) as records, ${isMoneyUnderWay('c.insured_id')} as money_under_way,
    (select json_agg(json_build_array(s.pool, s.insurance_type, s.year, s.institution, s.visit, s.number, s.insured_id))
      from settlement.stay s where s.insured_id = any(mine.ids)) as stays`

type StayRow = readonly [string, string, string, string, string, number, string]

export interface RecordColumns {
  readonly records: readonly string[]
  readonly money_under_way: boolean
  readonly stays: readonly StayRow[] | null
}

export const recordFacts = (row: RecordColumns): Pick<Facts, 'records' | 'stays'> => ({
  records: row.records,
  stays: (row.stays ?? []).map(stayOf),
})

const stayOf = ([pool, insuranceType, year, institution, visit, number, insuredId]: StayRow): StayRecord => ({
  insuredId,
  pool,
  insuranceType,
  year,
  institution,
  visit,
  number,
})
