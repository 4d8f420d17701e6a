import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { coverage } from '@yibao/drizzle/insured'
import { before } from '@yibao/schema/dates'
import { asc, inArray, sql } from 'drizzle-orm'
import type { ClaimEnrolment, PlaceAgreement, RegisteredDisease } from '../domain/claim-condition.ts'
import { findRecords } from './own-records.ts'

/** What covers a person under any of their records, the employees' insurance first. */
export async function findClaimEnrolments(tx: Tx, insuredId: string): Promise<ClaimEnrolment[]> {
  return tx
    .select({
      pool: coverage.pool,
      insuranceType: coverage.insuranceType,
      status: coverage.status,
      beginOn: coverage.beginOn,
      endOn: coverage.endOn,
    })
    .from(coverage)
    .where(inArray(coverage.insuredId, await findRecords(tx, insuredId)))
    .orderBy(asc(coverage.insuranceType), asc(coverage.beginOn))
}

interface AgreementRow extends Record<string, unknown> {
  readonly name: string
  readonly level: string
  readonly pool: string
  readonly status: string
  readonly beginOn: string
  readonly endOn: string | null
}

/** The agreements of an institution of this platform; none when it has no such institution. */
export async function findAgreements(tx: Tx | ReadTx, institution: string): Promise<PlaceAgreement[]> {
  const { rows } = await tx.execute<AgreementRow>(sql`
    select name, level, pool, status, begin_on::text as "beginOn", end_on::text as "endOn"
    from institutions.designation_v1 where institution = ${institution} order by pool, begin_on`)
  return rows.map(({ beginOn, endOn, ...rest }) => ({
    ...rest,
    beginOn: Temporal.PlainDate.from(beginOn),
    endOn: endOn === null ? null : Temporal.PlainDate.from(endOn),
  }))
}

/** Care that is to be claimed, as far as filings for it go. */
interface Treated {
  readonly division: string
  readonly begin: Temporal.PlainDate
  readonly end: Temporal.PlainDate
  readonly today: Temporal.PlainDate
}

/**
 * Whether a person has filed for treatment elsewhere, by the views other subgraphs publish. As in the settlement, a filing counts
 * that is made once the care is over, and one that ran out or was cancelled after it began.
 */
export async function isFiled(tx: Tx, insuredId: string, { division, begin, end, today }: Treated): Promise<boolean> {
  const latest = before(end, today) ? today : end
  const { rows } = await tx.execute(sql`
    select from cross_province.filing_v2 f
    where f.insured_id = any(${sql.param(await findRecords(tx, insuredId))}::uuid[])
      and starts_with(${division}, f.destination) and f.begin_on <= ${latest.toString()}
      and (f.end_on is null or f.end_on >= ${begin.toString()})
      and (f.cancelled_from is null or f.cancelled_from > ${begin.toString()}) limit 1`)
  return rows.length === 1
}

/** Whether a filing that counts is the person's. */
export async function isOwnFiling(tx: Tx, records: readonly string[], filingId: string): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select from cross_province.filing_v2 f
    where f.filing_id = ${filingId} and f.insured_id = any(${sql.param(records)}::uuid[])`)
  return rows.length === 1
}

/** The chronic and special diseases a pool has the person registered for on a day, under any of their records. */
export async function findDiseases(
  tx: Tx,
  insuredId: string,
  { pool, day }: { readonly pool: string; readonly day: Temporal.PlainDate },
): Promise<RegisteredDisease[]> {
  const { rows } = await tx.execute<{ code: string; name: string }>(sql`
    select distinct on (disease) disease as code, name from insured.registration_v1
    where insured_id = any(${sql.param(await findRecords(tx, insuredId))}::uuid[]) and pool = ${pool}
      and begin_on <= ${day.toString()} and (end_on is null or end_on >= ${day.toString()})
    order by disease, begin_on desc`)
  return rows.map(({ code, name }) => ({ code, name }))
}

/** The employer a person is insured through on a day, in a pool and insurance; null when there is none. */
export async function findEmployer(
  tx: Tx,
  insuredId: string,
  {
    pool,
    insuranceType,
    day,
  }: { readonly pool: string; readonly insuranceType: string; readonly day: Temporal.PlainDate },
): Promise<string | null> {
  const { rows } = await tx.execute<{ employer: string }>(sql`
    select employer from insured.employed_v1
    where insured_id = any(${sql.param(await findRecords(tx, insuredId))}::uuid[]) and pool = ${pool}
      and insurance_type = ${insuranceType} and begin_on <= ${day.toString()}
      and (end_on is null or end_on >= ${day.toString()})
    order by begin_on desc limit 1`)
  return rows[0]?.employer ?? null
}
