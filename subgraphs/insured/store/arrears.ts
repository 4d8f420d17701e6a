import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { arrearsStep } from '@yibao/drizzle/insured-arrears'
import { sql, type SQL } from 'drizzle-orm'
import type { Enrolment } from '../domain/enrolment.ts'

/** Who writes events of suspensions for unpaid bills. */
export const ARREARS_CALLER = 'platform:arrears'

interface BillId {
  readonly insuredId: string
  readonly billId: string
}

/** Somebody enrolled who owes monthly bills nothing was done about yet. */
export interface InArrears {
  readonly insuredId: string
  readonly insuranceType: string
  readonly periods: readonly string[]
  readonly bills: readonly BillId[]
}

/** Pools in which something is not paid. */
export async function findPoolsOwing(tx: ReadTx): Promise<string[]> {
  const { rows } = await tx.execute<{ pool: string }>(
    sql`select distinct pool from insured.contribution_bill where paid_at is null and replaced_by is null order by pool`,
  )
  return rows.map(({ pool }) => pool)
}

/** Pools in which somebody is suspended for arrears. */
export async function findPoolsSuspended(tx: ReadTx): Promise<string[]> {
  const { rows } = await tx.execute<{ pool: string }>(sql`
    select distinct pool from insured.enrolment where suspend_reason = 'ARREARS' and voided_at is null order by pool`)
  return rows.map(({ pool }) => pool)
}

/**
 * Monthly bills whose last day is over, by the person they are of today. One that was made late is due the day it was
 * made at the earliest. An employer pays a month whole, so nothing is due of a month that is even for all its people.
 */
const dueBefore = (pool: string, day: Temporal.PlainDate): SQL => sql`
  due as materialized (
    select * from (
      select coalesce(a.survivor_id, b.insured_id) as person_id, b.insured_id, b.bill_id, b.insurance_type, b.employer,
        b.period, b.employer_share + b.person_share as owed,
        greatest(b.due_on, (b.made_at at time zone 'Asia/Shanghai')::date) as due_on,
        sum(b.employer_share + b.person_share) over (partition by b.employer, b.insurance_type, b.period) as month_owed
      from insured.contribution_bill b
      left join insured.person_alias a on a.insured_id = b.insured_id
      where b.pool = ${pool} and b.paid_at is null and b.replaced_by is null and not b.by_stranger and b.kind in ('EMPLOYEE', 'FLEXIBLE')
        and b.due_on < ${day.toString()}::date) one
    where employer is null or month_owed > 0)`

/** Enrolments that hold on a day and that `due` counts against: those of another employer, and the retired, it does not. */
const holds = (pool: string, day: Temporal.PlainDate): SQL => sql`
  e.pool = ${pool} and e.voided_at is null and e.begin_on <= ${day.toString()}::date
    and (e.end_on is null or e.end_on >= ${day.toString()}::date)`

interface Wanted {
  readonly pool: string
  readonly today: Temporal.PlainDate
  readonly limit: number
}

/** Whose bills were due before a day, and who is not suspended. */
export async function findInArrears(
  tx: ReadTx,
  { pool, today, limit, dueOn }: Wanted & { readonly dueOn: Temporal.PlainDate },
): Promise<InArrears[]> {
  const { rows } = await tx.execute<{
    person_id: string
    insurance_type: string
    periods: string[]
    bills: [string, string][]
  }>(sql`
    with ${dueBefore(pool, dueOn)}
    select d.person_id, d.insurance_type, json_agg(distinct d.period order by d.period) as periods,
      json_agg(json_build_array(d.insured_id, d.bill_id)) as bills
    from due d
    join insured.enrolment e on e.insured_id = d.person_id and e.insurance_type = d.insurance_type
      and (e.employer is null or e.employer = d.employer)
    where ${holds(pool, today)} and e.status <> '2' and e.person_type not like '12%'
      and d.due_on < ${dueOn.toString()}::date
      and not exists (select from insured.arrears_step s
        where s.insured_id = d.insured_id and s.bill_id = d.bill_id and s.step = 'SUSPENDED')
    group by d.person_id, d.insurance_type
    having sum(d.owed) > 0
    order by d.person_id, d.insurance_type limit ${limit}`)
  return rows.map(({ person_id: insuredId, insurance_type: insuranceType, periods, bills }) => ({
    insuredId,
    insuranceType,
    periods,
    bills: bills.map(([of, billId]) => ({ insuredId: of, billId })),
  }))
}

/**
 * What somebody owes beyond the days of grace whose enrolment begins; the employer is that of the enrolment. Without bills
 * of a suspension the bureau has lifted since.
 */
export async function findOwedOf(
  tx: ReadTx,
  of: Pick<Enrolment, 'insuredId' | 'pool' | 'insuranceType' | 'employer'>,
  dueOn: Temporal.PlainDate,
): Promise<Pick<InArrears, 'periods' | 'bills'> | null> {
  const { insuredId, pool, insuranceType, employer } = of
  const { rows } = await tx.execute<{ periods: string[]; bills: [string, string][] }>(sql`
    with ${dueBefore(pool, dueOn)}
    select json_agg(distinct d.period order by d.period) as periods,
      json_agg(json_build_array(d.insured_id, d.bill_id)) as bills
    from due d
    where d.person_id = ${insuredId}::uuid and d.insurance_type = ${insuranceType} and d.due_on < ${dueOn.toString()}::date
      and (${employer}::text is null or d.employer = ${employer}::text)
      and not exists (select from insured.arrears_step s
        join insured.enrolment_event v on v.insured_id = d.person_id and v.at > s.at and v.kind = 'RESUMED'
          and v.caller like 'staff:%'
        join insured.enrolment x on x.insured_id = v.insured_id and x.enrolment_id = v.enrolment_id
          and x.pool = ${pool} and x.insurance_type = d.insurance_type
        where s.insured_id = d.insured_id and s.bill_id = d.bill_id and s.step = 'SUSPENDED')
    having sum(d.owed) > 0`)
  const [row] = rows
  return row === undefined
    ? null
    : { periods: row.periods, bills: row.bills.map(([insured, billId]) => ({ insuredId: insured, billId })) }
}

/** Who suspended an enrolment last; null when nobody has. */
export async function findSuspender(
  tx: ReadTx,
  { insuredId, pool, insuranceType }: Pick<Enrolment, 'insuredId' | 'pool' | 'insuranceType'>,
): Promise<string | null> {
  const { rows } = await tx.execute<{ caller: string }>(sql`
    select v.caller from insured.enrolment_event v
    join insured.enrolment x on x.insured_id = v.insured_id and x.enrolment_id = v.enrolment_id
    where v.insured_id = ${insuredId}::uuid and v.kind = 'SUSPENDED' and x.pool = ${pool}
      and x.insurance_type = ${insuranceType}
    order by v.at desc, v.event_id desc limit 1`)
  return rows[0]?.caller ?? null
}

/**
 * Enrolments that were suspended for unpaid bills by the platform itself and of which nothing is due any longer, held until
 * the end of the transaction. What the bureau has suspended, the bureau resumes.
 */
export async function holdPaidUp(tx: Tx, { pool, today, limit }: Wanted) {
  const { rows } = await tx.execute<{ insured_id: string; enrolment_id: string }>(sql`
    with ${dueBefore(pool, today)}, owing as materialized (
      select person_id, insurance_type, employer from due group by 1, 2, 3 having sum(owed) > 0)
    select e.insured_id, e.enrolment_id from insured.enrolment e
    where ${holds(pool, today)} and e.status = '2' and e.suspend_reason = 'ARREARS'
      and not exists (select from owing o where o.person_id = e.insured_id and o.insurance_type = e.insurance_type
        and (e.employer is null or e.employer = o.employer))
      and (select v.caller from insured.enrolment_event v
        join insured.enrolment x on x.insured_id = v.insured_id and x.enrolment_id = v.enrolment_id
        where v.insured_id = e.insured_id and v.kind = 'SUSPENDED' and x.pool = e.pool
          and x.insurance_type = e.insurance_type
        order by v.at desc, v.event_id desc limit 1) = ${ARREARS_CALLER}
    order by e.enrolment_id limit ${limit} for update of e skip locked`)
  return rows.map((row) => ({ insuredId: row.insured_id, enrolmentId: row.enrolment_id }))
}

/** Notes what is done about bills; answers those of which it was not noted before. */
export async function noteStep(
  tx: Tx,
  step: 'REMINDED' | 'SUSPENDED',
  bills: readonly BillId[],
  at: Temporal.Instant,
): Promise<BillId[]> {
  if (bills.length === 0) return []
  const rows = bills.map((one) => ({ ...one, step, at }))
  const made = await tx.insert(arrearsStep).values(rows).onConflictDoNothing().returning()
  return made.map(({ insuredId, billId }) => ({ insuredId, billId }))
}

/** Bills of who pays alone that are due from today until a day, and of which nobody was reminded. */
export async function findDueSoon(
  tx: ReadTx,
  { pool, today, limit, until }: Wanted & { readonly until: Temporal.PlainDate },
) {
  const { rows } = await tx.execute<{ insured_id: string; bill_id: string; due_on: string }>(sql`
    select b.insured_id, b.bill_id, to_char(b.due_on, 'YYYY-MM-DD') as due_on from insured.contribution_bill b
    where b.pool = ${pool} and b.paid_at is null and b.replaced_by is null and not b.by_stranger and b.kind in ('FLEXIBLE', 'RESIDENT')
      and b.due_on between ${today.toString()}::date and ${until.toString()}::date
      and not exists (select from insured.arrears_step s
        where s.insured_id = b.insured_id and s.bill_id = b.bill_id and s.step = 'REMINDED')
    order by b.bill_id limit ${limit}`)
  return rows.map((row) => ({ insuredId: row.insured_id, billId: row.bill_id, dueOn: row.due_on }))
}
