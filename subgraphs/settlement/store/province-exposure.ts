// What bills may still make a province owe. What it owes for one is the sum of its lines that no statement has settled: the bill,
// deductions and their withdrawals, and last its reversal. They are settled in that order (see `collectNet`), so what may be owed yet is the
// highest of the sums from each of them on. A deduction of a bill that was reversed is given back by rule, which nobody can refuse, so the
// withdrawal to come stands behind it already. What is below nothing, because more is to come back than is owed, makes no
// room for other bills: it goes as soon as it is netted.

/**
 * Home has taken it, or what it withdraws: until then it may refuse that for good, and the room it made would be used beyond what was
 * agreed on.
 */
const TAKEN_AT_HOME = `exists (select from settlement.province_message m
  where m.id = coalesce(d.withdraws, d.id) and m.answered_at is not null and m.rejection is null)`

const REVERSED = `exists (select from settlement.away_bill r where r.of = a.exchange and r.state = 'COMMITTED')`

/** Needs `bill`; `suffix` has, of each bill, what is owed from each of its unsettled lines on. */
const SUFFIX = `
  line as (
    select b.exchange, 0 as rank, b.exchange as item, s.total - s.hospital - s.cash as amount
    from bill b join settlement.settlement s on s.id = b.settlement_id and s.insured_id = b.insured_id
    where b.state = 'COMMITTED'
    union all
    select b.exchange, 1, d.id, -d.amount
    from bill b join settlement.deduction d on d.settlement_id = b.settlement_id and d.insured_id = b.insured_id
    where b.state = 'COMMITTED' and ${TAKEN_AT_HOME}
    union all
    select b.exchange, 2, null, d.amount
    from bill b join settlement.deduction d on d.settlement_id = b.settlement_id and d.insured_id = b.insured_id
    where b.reversed and d.withdraws is null and ${TAKEN_AT_HOME}
      and not exists (select from settlement.deduction w where w.withdraws = d.id)
    union all
    select b.exchange, 3, r.exchange, s.total - s.hospital - s.cash
    from bill b join settlement.away_bill r on r.of = b.exchange and r.state = 'COMMITTED'
    join settlement.settlement s on s.id = r.settlement_id and s.insured_id = r.insured_id
    where b.reversed),
  unsettled as (
    select l.* from line l where not exists (
      select from settlement.net_item i join settlement.net_statement s on s.id = i.statement_id
      where i.item = l.item and s.side = 'PLACE' and s.state = 'RECEIVED')),
  suffix as (
    select exchange, rank, sum(amount) over (partition by exchange order by rank desc, item desc) as owed from unsettled)`

/**
 * What is counted of bills and differs from what may be owed; `over` of what came to nothing or is settled. A bill and its lines are
 * brought together by grouping: a join of the two was planned as a loop over 100,000 bills for each of them.
 */
const differs = (of: string) => `
  with bill as materialized (
    select t.exchange, t.amount as counted, a.state, a.settlement_id, a.insured_id, ${REVERSED} as reversed
    from settlement.budget_taken t left join settlement.away_bill a on a.exchange = t.exchange
    where t.province = $1::bpchar and not t.given${of}),
  ${SUFFIX},
  stand as (
    select exchange, max(counted) as counted, max(state) as state, bool_or(reversed) as reversed, greatest(max(owed), 0) as most,
      bool_or(rank = 0) as is_open
    from (
      select exchange, counted, state, reversed, null::numeric as owed, null::int as rank from bill
      union all
      select exchange, null, null, null, owed, rank from suffix) one
    group by exchange),
  now as (
    select exchange, counted, case
        when state is null or state in ('REFUSED', 'ABORTED') then 0
        when state <> 'COMMITTED' then counted
        else most end as amount,
      state is null or state in ('REFUSED', 'ABORTED')
        or state = 'COMMITTED' and (reversed or is_open is not true) and most = 0 as over
    from stand),
  differs as (select exchange, counted, amount, over from now where over or amount <> counted)`

/** The bills of which something else is counted than may be owed. */
export const COUNTED_OTHERWISE = `${differs('')} select exchange::text as exchange from differs`

/** Counts what may be owed of those of them that are named. */
export const COUNT = `${differs(' and t.exchange = any ($2::text[]::uuid[])')},
  counted as (
    update settlement.budget_taken t set amount = d.amount, given = d.over from differs d where t.exchange = d.exchange)
  update settlement.province_budget set taken = taken + coalesce((select sum(amount - counted) from differs), 0)
  where province = $1::bpchar`

/**
 * Before a limit is in force: every bill of before of which something may be owed is counted from now on, with nothing until it is
 * counted with the others.
 */
export const COUNT_BEFORE = `
  with bill as materialized (
    select a.exchange, a.state, a.settlement_id, a.insured_id, ${REVERSED} as reversed
    from settlement.away_bill a join settlement.province_budget b on b.province = a.province and b.amount is null
    where a.province = $1::bpchar and a.kind = 'SETTLE' and a.state = 'COMMITTED'),
  ${SUFFIX}
  insert into settlement.budget_taken as t (exchange, province, amount)
  select exchange, $1::bpchar, 0 from suffix group by 1 having max(owed) > 0
  on conflict (exchange) do update set amount = 0, given = false where t.given`
