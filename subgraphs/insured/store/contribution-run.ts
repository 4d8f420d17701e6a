import type { Tx } from '@yibao/drizzle/connect'
import { contributionRun } from '@yibao/drizzle/insured-contribution'
import { sql } from 'drizzle-orm'
import type { Retired } from '../domain/contribution-retired.ts'

/** Before every person. */
const BEGINNING = '00000000-0000-0000-0000-000000000000'

/** The last month each pool's credits were begun for. */
export async function findBegun(tx: Tx): Promise<Map<string, string>> {
  const { rows } = await tx.execute<{ pool: string; period: string }>(
    sql`select pool, max(period) as period from insured.contribution_run group by pool`,
  )
  return new Map(rows.map(({ pool, period }) => [pool, period]))
}

/** Behind every person. */
const END = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Up to whom a month of a pool was carried out; null when it was not begun. */
export async function findReached(tx: Tx, { pool, period }: Key): Promise<string | null> {
  const { rows } = await tx.execute<{ after: string; done: boolean }>(
    sql`select after, done from insured.contribution_run where pool = ${pool} and period = ${period}`,
  )
  return rows[0]?.done === true ? END : (rows[0]?.after ?? null)
}

interface Key {
  readonly pool: string
  readonly period: string
}

/** After which person a month goes on, held until the end of the transaction; null when it is done. */
export async function holdRun(tx: Tx, { pool, period }: Key): Promise<string | null> {
  await tx.insert(contributionRun).values({ pool, period, after: BEGINNING }).onConflictDoNothing()
  const { rows } = await tx.execute<{ after: string; done: boolean }>(
    sql`select after, done from insured.contribution_run where pool = ${pool} and period = ${period} for update`,
  )
  return rows[0] === undefined || rows[0].done ? null : rows[0].after
}

/** Notes how far a month has come; null when nobody is left. */
export async function moveRun(tx: Tx, { pool, period }: Key, after: string | null): Promise<void> {
  await tx.execute(sql`
    update insured.contribution_run set after = coalesce(${after}::uuid, after), done = ${after === null}
    where pool = ${pool} and period = ${period}`)
}

/** Who is covered on a day as one of these types, after a person or among some, in the order of their ids. */
export async function findRetired(
  tx: Tx,
  {
    pool,
    insuranceType,
    types,
    on,
    after = BEGINNING,
    among = null,
    limit,
  }: {
    readonly pool: string
    readonly insuranceType: string
    readonly types: readonly string[]
    readonly on: Temporal.PlainDate
    readonly after?: string
    readonly among?: readonly string[] | null
    readonly limit: number
  },
): Promise<Retired[]> {
  const { rows } = await tx.execute<{ insured_id: string; person_type: string }>(sql`
    select insured_id, person_type from insured.coverage_v1
    where pool = ${pool} and insurance_type = ${insuranceType} and status <> '2' and insured_id > ${after}::uuid
      and begin_on <= ${on.toString()}::date and (end_on is null or end_on >= ${on.toString()}::date)
      and person_type ~ ${`^(${types.join('|')})`}
      and (${among === null} or insured_id = any(${sql.param([...(among ?? [])])}::uuid[]))
    order by insured_id limit ${limit}`)
  return rows.map(({ insured_id: insuredId, person_type: personType }) => ({ insuredId, personType }))
}
