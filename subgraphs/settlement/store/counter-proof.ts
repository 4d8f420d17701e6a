import type { Statements } from '@yibao/drizzle/hot'
import { fenOf, type Fen } from '@yibao/schema/money'
import { arrayLiteral } from './array-literal.ts'
import type { CounterRow } from './purse.ts'

/** Which bills of a counter are asked for. */
export interface BillsAsked {
  readonly counter: CounterRow
  readonly size: number
  /** Id of the settlement after which the page begins; the latest stand first. */
  readonly after: string | null
}

/** What one bill that stands consumed of a counter. */
export interface CounterBill {
  /** Whose bill: that of the counter's person, or of the relative whom their account helped. */
  readonly insuredId: string
  readonly id: string
  readonly amount: Fen
}

/** What a counter holds, and what the bills give. */
export interface CounterProof {
  readonly held: Fen
  readonly amount: Fen
  readonly bills: number
}

/** The person of the counter `k`, and the records that were merged into theirs. */
const RECORDS = `array(select k.insured_id union all
      select a.insured_id from settlement.person_alias a where a.survivor_id = k.insured_id)`

/**
 * The bills behind the counter `k`, latest first, each with its reversal: what the two leave of the counter, which is
 * nothing unless the counter's year was closed in between. The counter of a sponsor's promise is made of what the
 * sponsor's account paid of bills of a relative.
 */
const BILLS = `
  select s.id, s.insured_id,
    coalesce((s.consumed ->> k.key)::bigint, 0) + coalesce((r.consumed ->> k.key)::bigint, 0) as amount
  from settlement.settlement s
  left join settlement.reversal v on v.settlement_id = s.id and v.insured_id = s.insured_id
  left join settlement.settlement r on r.id = v.reversal_id and r.insured_id = v.insured_id
  where s.insured_id = any(${RECORDS})
    and s.pool = k.pool and s.insurance_type = k.insurance_type and s.reverses is null
  union all
  select m.settlement_id, m.insured_id,
    m.current + m.history + coalesce(r.current, 0) + coalesce(r.history, 0)
  from settlement.mutual_aid m
  left join settlement.reversal v on v.settlement_id = m.settlement_id and v.insured_id = m.insured_id
  left join settlement.mutual_aid r
    on r.settlement_id = v.reversal_id and r.sponsor_id = m.sponsor_id and r.insured_id = m.insured_id
  where k.key like 'mutual-aid:%' and m.sponsor_id = any(${RECORDS}) and m.pool = k.pool
    and m.insurance_type = k.insurance_type and 'mutual-aid:' || m.insured_id || '@' || m.year = k.key
    and m.current + m.history > 0`

const COUNTERS = `unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) with ordinality
  as k (insured_id, pool, insurance_type, key, place)`

const PAGE = `
  select k.place, b.id::text as id, b.insured_id::text as "insuredId", b.amount
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::int[]) with ordinality
    as k (insured_id, pool, insurance_type, key, before, size, place)
  cross join lateral (
    select * from (${BILLS}) b where b.amount <> 0 and (k.before is null or b.id < k.before)
    order by b.id desc limit k.size) b
  order by k.place, b.id desc`

const PROOF = `
  select k.place, coalesce(b.amount, 0)::bigint as amount, b.bills::int as bills, coalesce((
      select c.amount from settlement.counter c
      where c.insured_id = k.insured_id and c.pool = k.pool and c.insurance_type = k.insurance_type
        and c.name || '@' || c.period = k.key), 0)::bigint as held
  from ${COUNTERS}
  cross join lateral (
    select sum(b.amount) as amount, count(*) as bills from (${BILLS}) b where b.amount <> 0) b
  order by k.place`

const keysOf = (counters: readonly CounterRow[]) => [
  arrayLiteral(counters.map((one) => one.insuredId)),
  arrayLiteral(counters.map((one) => one.pool)),
  arrayLiteral(counters.map((one) => one.insuranceType)),
  arrayLiteral(counters.map((one) => `${one.name}@${one.period}`)),
]

/**
 * One more bill of each counter than the page asked for holds. Read as the writer: who was shown the counter may know
 * what it is made of, and a reversal is not told but reckoned in.
 */
export async function listCounterBills(hot: Statements, asked: readonly BillsAsked[]): Promise<CounterBill[][]> {
  const rows = await hot.unsafe<{ place: bigint; id: string; insuredId: string; amount: bigint }>(PAGE, [
    ...keysOf(asked.map((one) => one.counter)),
    arrayLiteral(asked.map((one) => one.after)),
    arrayLiteral(asked.map((one) => one.size + 1)),
  ])
  const found = Map.groupBy(rows, (row) => Number(row.place))
  return asked.map((_, i) =>
    (found.get(i + 1) ?? []).map(({ id, insuredId, amount }) => ({ id, insuredId, amount: fenOf(amount) })),
  )
}

/** What counters hold and what their bills give, as of one moment. */
export async function proveCounters(hot: Statements, counters: readonly CounterRow[]): Promise<CounterProof[]> {
  const rows = await hot.unsafe<{ held: bigint; amount: bigint; bills: number }>(PROOF, keysOf(counters))
  return rows.map(({ held, amount, bills }) => ({ held: fenOf(held), amount: fenOf(amount), bills }))
}
