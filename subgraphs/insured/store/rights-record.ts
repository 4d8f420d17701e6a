import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { rightsRecord, rightsRecordRun } from '@yibao/drizzle/insured-rights-record'
import { fenOf } from '@yibao/schema/money'
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { CareKind, MovementKind, RightsRecord, RightsYear } from '../domain/rights-record.ts'
import { findRecords } from './merge-persons.ts'

type Row = typeof rightsRecord.$inferSelect

const asRecord = ({ recordId: id, ...row }: Row): RightsRecord => ({ id, ...row })

/** False when the year was told on schedule before. */
export async function addRecord(tx: Tx, { id, ...row }: RightsRecord): Promise<boolean> {
  const { rowCount } = await tx
    .insert(rightsRecord)
    .values({ ...row, recordId: id })
    .onConflictDoNothing()
  return rowCount === 1
}

/** A record by id, as far as the reader may see it. */
export async function findRecord(tx: ReadTx | Tx, id: string): Promise<RightsRecord | null> {
  const [row] = await tx.select().from(rightsRecord).where(eq(rightsRecord.recordId, id))
  return row === undefined ? null : asRecord(row)
}

/** The records of a person, as far as the reader may see them, the latest first. */
export async function listRecords(
  tx: ReadTx,
  { insuredId, before, year }: { insuredId: string; before: string | null; year: number | null },
  limit: number,
): Promise<RightsRecord[]> {
  const rows = await tx
    .select()
    .from(rightsRecord)
    .where(
      and(
        inArray(rightsRecord.insuredId, await findRecords(tx, insuredId)),
        before === null ? undefined : lt(rightsRecord.recordId, before),
        year === null ? undefined : eq(rightsRecord.year, year),
      ),
    )
    .orderBy(desc(rightsRecord.recordId))
    .limit(limit)
  return rows.map(asRecord)
}

interface YearRow extends Record<string, unknown> {
  readonly person: { person_number: string; name: string; identity_masked: string } | null
  readonly enrolments: readonly (readonly [string, string, string, string, string | null])[] | null
  readonly contributions:
    | readonly (readonly [string, string, string, string | null, string, string, string, string | null])[]
    | null
  readonly before: string | null
  readonly movements: readonly (readonly [MovementKind, string])[] | null
  readonly benefits: readonly (readonly [CareKind, number, string, string, string, string, string, string])[] | null
}

const fen = (text: string) => fenOf(BigInt(text))

/** Everything a year was for a person, as one snapshot; null when there is no such person. */
export async function readYear(tx: Tx, insuredId: string, year: number): Promise<RightsYear | null> {
  const [from, to] = [`${year}-01-01T00:00:00+08:00`, `${year + 1}-01-01T00:00:00+08:00`]
  // Records that were merged into this one are the same person's.
  const mine = sql`(array[${insuredId}::uuid] || array(
    select insured_id from insured.person_alias where survivor_id = ${insuredId}))`
  const { rows } = await tx.execute<YearRow>(sql`
    select
      (select to_json(p) from (select person_number, name, identity_masked from insured.person
        where insured_id = ${insuredId}) p) as person,
      (select json_agg(json_build_array(pool, insurance_type, person_type, begin_on, end_on) order by begin_on, enrolment_id)
        from insured.enrolment where insured_id = any(${mine}) and voided_at is null
          and begin_on <= ${`${year}-12-31`}::date and (end_on is null or end_on >= ${`${year}-01-01`}::date)) as enrolments,
      (select json_agg(json_build_array(period, pool, insurance_type, base::text, person_share::text,
          employer_share::text, government_share::text, to_char(paid_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD')) order by period, insurance_type, pool, sequence)
        from insured.contribution_bill where insured_id = any(${mine}) and replaced_by is null and left(period, 4) = ${String(year)}) as contributions,
      (select sum(amount)::text from settlement.account_movement_v1
        where insured_id = any(${mine}) and at < ${from}::timestamptz) as before,
      (select json_agg(json_build_array(kind, amount::text)) from (
        select kind, sum(amount) as amount from settlement.account_movement_v1
        where insured_id = any(${mine}) and at >= ${from}::timestamptz and at < ${to}::timestamptz
        group by kind) m) as movements,
      (select json_agg(json_build_array(care_kind, count, total::text, fund::text, hospital::text, account::text,
          mutual_aid::text, cash::text) order by care_kind) from (
        select care_kind, sum(case when reversal then -1 else 1 end)::int as count, sum(total) as total,
          sum(fund_total) as fund, sum(hospital) as hospital, sum(account) as account, sum(mutual_aid) as mutual_aid,
          sum(cash) as cash
        from settlement.benefit_v1
        where insured_id = any(${mine}) and settled_at >= ${from}::timestamptz and settled_at < ${to}::timestamptz
        group by care_kind) b) as benefits`)
  const [row] = rows
  if (row === undefined || row.person === null) return null
  const { person_number: personNumber, name, identity_masked: identityMasked } = row.person
  return {
    person: { personNumber, name, identityMasked },
    enrolments: (row.enrolments ?? []).map(([pool, insuranceType, personType, beginOn, endOn]) => ({
      pool,
      insuranceType,
      personType,
      beginOn,
      endOn,
    })),
    contributions: (row.contributions ?? []).map(
      ([period, pool, insuranceType, base, own, employer, government, paidOn]) => ({
        period,
        pool,
        insuranceType,
        base: base === null ? null : fen(base),
        own: fen(own),
        employer: fen(employer),
        government: fen(government),
        paidOn,
      }),
    ),
    accountBefore: fen(row.before ?? '0'),
    movements: (row.movements ?? []).map(([kind, amount]) => ({ kind, amount: fen(amount) })),
    benefits: (row.benefits ?? []).map(([careKind, count, total, fund, hospital, account, mutualAid, cash]) => ({
      careKind,
      count,
      total: fen(total),
      fund: fen(fund),
      hospital: fen(hospital),
      account: fen(account),
      mutualAid: fen(mutualAid),
      cash: fen(cash),
    })),
  }
}

const FIRST = '00000000-0000-0000-0000-000000000000'

/** Begins the records of a year, or says how far they are; null once all are made, or when nobody was here in that year. */
export async function openRun(tx: Tx, year: number): Promise<string | null> {
  // Ids are made when persons are registered, so the first one tells since when there are records.
  const { rows } = await tx.execute<{ kept: boolean }>(sql`
    select registered_at < ${`${year + 1}-01-01T00:00:00+08:00`}::timestamptz as kept
    from insured.person order by insured_id limit 1`)
  if (rows[0]?.kept !== true) return null
  await tx.insert(rightsRecordRun).values({ year, after: FIRST }).onConflictDoNothing()
  const [row] = await tx.select().from(rightsRecordRun).where(eq(rightsRecordRun.year, year))
  return row === undefined || row.done ? null : row.after
}

export async function noteRun(tx: Tx, year: number, after: string | null): Promise<void> {
  const change = after === null ? { done: true } : { after }
  await tx.update(rightsRecordRun).set(change).where(eq(rightsRecordRun.year, year))
}

/** The next persons who were enrolled in a year, in the order of their ids. */
export async function listEnrolledIn(
  tx: Tx,
  { year, after, limit }: { year: number; after: string; limit: number },
): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select p.insured_id as id from insured.person p
    where p.insured_id > ${after}
      and not exists (select from insured.person_alias a where a.insured_id = p.insured_id) and exists (
      select from insured.enrolment e where e.insured_id = p.insured_id and e.voided_at is null
        and e.begin_on <= ${`${year}-12-31`}::date and (e.end_on is null or e.end_on >= ${`${year}-01-01`}::date))
    order by p.insured_id limit ${limit}`)
  return rows.map(({ id }) => id)
}
