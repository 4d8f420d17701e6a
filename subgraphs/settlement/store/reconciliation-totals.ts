import type { Statements } from '@yibao/drizzle/hot'
import type { Tx } from '@yibao/drizzle/connect'
import { fenOf } from '@yibao/schema/money'
import { sql } from 'drizzle-orm'
import { careKindOfClearing } from '../domain/clearing-type.ts'
import type { ReconciledDay, ReconciledSums, ReconciliationScope } from '../domain/reconciliation.ts'

type DayRow = {
  readonly day: string
  readonly count: number
  readonly total: string
  readonly fund: string
  readonly account: string
  readonly cash: string
}

interface Totals {
  readonly id: string
  readonly scope: ReconciliationScope
  readonly refunds: boolean | null
  readonly there: ReconciledSums
  readonly at: Temporal.Instant
}

/**
 * The platform's sums of a scope day by day; when all of them together are the institution's, every settlement behind
 * them is kept as reconciled. One statement, so what is kept is what was summed, whatever is settled meanwhile.
 */
export async function sumAndKeep(tx: Tx, { id, scope, refunds, there, at }: Totals): Promise<ReconciledDay[]> {
  const cash = there.cash === null ? null : String(there.cash)
  const { rows } = await tx.execute<DayRow>(sql`
    with scoped as materialized (
      select s.id, s.insured_id, s.total, s.fund_total, s.account, s.cash
      from settlement.settlement s
      where s.institution = ${scope.institution} and s.claim_id is null and s.id >= ${scope.first}::uuid and s.id < ${scope.before}::uuid
        and s.clearing_agency = ${scope.agency} and s.insurance_type = ${scope.insuranceType}
        and s.care_kind = ${careKindOfClearing(scope.clearingType)}
        and (${refunds}::boolean is null or (s.reverses is not null) = ${refunds}::boolean)),
    days as materialized (
      select ${dayOfId} as day, count(*) as count, sum(total) as total, sum(fund_total) as fund,
        sum(account) as account, sum(cash) as cash
      from scoped group by 1),
    balanced as materialized (
      select from days
      having coalesce(sum(count), 0) = ${there.count} and coalesce(sum(total), 0) = ${String(there.total)}::bigint
        and coalesce(sum(fund), 0) = ${String(there.fundTotal)}::bigint
        and coalesce(sum(account), 0) = ${String(there.account)}::bigint
        and (${cash}::bigint is null or coalesce(sum(cash), 0) = ${cash}::bigint)),
    kept as (
      insert into settlement.reconciled (insured_id, settlement_id, institution, run_id, at)
      select insured_id, id, ${scope.institution}, ${id}::uuid, ${at.toString()}::timestamptz from scoped, balanced
      on conflict do nothing)
    select day::text as day, count::integer as count, total::text as total, fund::text as fund,
      account::text as account, cash::text as cash
    from days order by day`)
  return rows.map(({ day, ...row }) => ({ day, here: sumsOf(row), there: null }))
}

/** The day in Asia/Shanghai of a UUIDv7. */
const dayOfId = sql`(to_timestamp((('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint) / 1000.0)
  at time zone 'Asia/Shanghai')::date`

const sumsOf = (row: Omit<DayRow, 'day'>): ReconciledSums => ({
  count: row.count,
  total: fenOf(BigInt(row.total)),
  fundTotal: fenOf(BigInt(row.fund)),
  account: fenOf(BigInt(row.account)),
  cash: fenOf(BigInt(row.cash)),
})

/** The pools an institution has, or had, an agreement with. */
export async function listAgencies(hot: Statements, institution: string): Promise<string[]> {
  const rows = await hot.unsafe<{ pool: string }>(
    'select distinct pool::text as pool from institutions.designation_v1 where institution = $1::bpchar order by 1',
    [institution],
  )
  return rows.map(({ pool }) => pool)
}
