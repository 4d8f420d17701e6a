import type { Tx } from '@yibao/drizzle/connect'
import { coverage } from '@yibao/drizzle/insured'
import { asc, inArray, sql } from 'drizzle-orm'
import type { ClaimEnrolment, PlaceAgreement } from '../domain/claim-condition.ts'
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
export async function findAgreements(tx: Tx, institution: string): Promise<PlaceAgreement[]> {
  const { rows } = await tx.execute<AgreementRow>(sql`
    select name, level, pool, status, begin_on::text as "beginOn", end_on::text as "endOn"
    from institutions.designation_v1 where institution = ${institution} order by pool, begin_on`)
  return rows.map(({ beginOn, endOn, ...rest }) => ({
    ...rest,
    beginOn: Temporal.PlainDate.from(beginOn),
    endOn: endOn === null ? null : Temporal.PlainDate.from(endOn),
  }))
}

/** Whether a person has filed for treatment elsewhere so that it holds on a day, by the views other subgraphs publish. */
export async function isFiled(
  tx: Tx,
  insuredId: string,
  { division, day }: { readonly division: string; readonly day: Temporal.PlainDate },
): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select from cross_province.filing_v2 f
    where f.insured_id = any(${sql.param(await findRecords(tx, insuredId))}::uuid[])
      and starts_with(${division}, f.destination) and f.begin_on <= ${day.toString()}
      and (f.end_on is null or f.end_on >= ${day.toString()})
      and (f.cancelled_from is null or f.cancelled_from > ${day.toString()}) limit 1`)
  return rows.length === 1
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
