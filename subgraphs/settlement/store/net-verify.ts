import { postingArchived } from './ledger-border.ts'

/** Groups there must be for payments between provinces: the payer has paid, and has it back when it was denied; the receiver has it. */
export const NET_POSTED = `(p.side, p.state) in (('PAYER', 'PAID'), ('PAYER', 'RECEIVED'), ('PAYER', 'DENIED'), ('RECEIVER', 'RECEIVED'))`
const NET_BACK = `(p.side = 'PAYER' and p.state = 'DENIED')`
/** Statements that come to nothing for each pool, a bill and its reversal for instance, leave nothing to post. */
const NOT_EMPTY = `exists (select from settlement.net_payment_part x
  join settlement.net_statement s on s.id = x.statement_id join settlement.net_item i on i.statement_id = s.id
  where x.payment_id = p.id group by s.side, i.pool having sum(i.amount) <> 0)`
export const NET_POSTINGS = `
  select case p.side when 'PAYER' then 'PROVINCE_PAID' else 'PROVINCE_RECEIVED' end, p.id, p.pool, null, 0
  from settlement.net_payment p where ${NET_POSTED} and ${NOT_EMPTY}
  union all
  select 'PROVINCE_PAID_BACK', p.id, p.pool, null, 0
  from settlement.net_payment p where ${NET_BACK} and ${NOT_EMPTY}`

/** Questions to the net clearing between provinces; asked with those of `verify-tables.ts`. */
export const NET_CHECKS = [
  {
    table: 'settlement.net_statement',
    text: `select s.id::text as row, 'says ' || s.count || ' lines, ' || s.amount || '; they are ' || i.count || ', ' || i.amount as what
      from settlement.net_statement s
      cross join lateral (select count(*) as count, coalesce(sum(amount), 0) as amount from settlement.net_item
        where statement_id = s.id) i
      where s.state not in ('ARRIVING', 'WITHDRAWN') and (s.count, s.amount) <> (i.count, i.amount)
        or s.state = 'WITHDRAWN' and i.count > 0`,
  },
  {
    // What stands in a statement is what is settled, or deducted, here: at the place always, at home unless it is disputed.
    table: 'settlement.net_item',
    text: `select i.item::text as row, 'stands in a statement with ' || i.amount || ', here it is ' || coalesce(o.amount::text, 'nothing')
        as what
      from settlement.net_item i
      join settlement.net_statement s on s.id = i.statement_id
      left join (
        select a.exchange as item, 'PLACE' as side, a.province, s.clearing_agency as pool, s.total - s.hospital - s.cash as amount
        from settlement.away_bill a join settlement.settlement s on s.id = a.settlement_id and s.insured_id = a.insured_id
        where a.state = 'COMMITTED'
        union all
        select d.id, 'PLACE', d.other_province, d.pool, -d.amount from settlement.deduction d where d.other_province is not null
        union all
        select s.request_id::uuid, 'HOME', s.other_province, s.pool, s.total - s.hospital - s.cash
        from settlement.settlement s
        join settlement.confirmation c on c.settlement_id = coalesce(s.reverses, s.id) and c.insured_id = s.insured_id
          and c.confirmed_at is not null
        where starts_with(s.clearing_agency, s.other_province) and s.caller = 'province:' || s.other_province
        union all
        select d.id, 'HOME', d.province, d.pool, -d.amount from settlement.exchange_deduction d
      ) o on o.item = i.item and o.side = s.side and o.province = s.province
      where i.disputed is null and (o.amount is distinct from i.amount or o.pool is distinct from i.pool)
        or i.disputed is not null and s.state not in ('ARRIVING', 'DECLARED')`,
  },
  {
    table: 'settlement.net_step',
    text: `select s.id::text as row, 'is ' || s.state || ', its last step ' || coalesce(t.state, 'nothing') as what
      from settlement.net_statement s
      left join lateral (select state from settlement.net_step where statement_id = s.id order by number desc limit 1) t on true
      where s.state is distinct from coalesce(t.state, 'ARRIVING')`,
  },
  {
    // A payment is what its statements come to, all of them are as far as it is, and none is further without one.
    table: 'settlement.net_payment',
    text: `select coalesce(p.id, s.id)::text as row, 'is ' || coalesce(p.state, 'no payment') || ' of ' || coalesce(p.amount, 0)
        || ', statement ' || coalesce(s.id::text, 'none') || ' is ' || coalesce(s.state, 'not there') as what
      from (select * from settlement.net_payment where state <> 'DENIED') p
      left join settlement.net_payment_part x on x.payment_id = p.id and x.live
      full join (select * from settlement.net_statement where state in ('PAID', 'RECEIVED')) s on s.id = x.statement_id
      where p.state is distinct from s.state
      union all
      select p.id::text, 'pays ' || p.amount || ', its statements come to ' || sum(case s.side when 'HOME' then s.amount else -s.amount end)
      from settlement.net_payment p
      join settlement.net_payment_part x on x.payment_id = p.id join settlement.net_statement s on s.id = x.statement_id
      group by p.id having p.amount * (case p.side when 'PAYER' then 1 else -1 end)
        <> sum(case s.side when 'HOME' then s.amount else -s.amount end)`,
  },
  {
    // What a payment settles leaves the accounts of its statements, pool by pool, and the bank has the rest.
    table: 'settlement.clearing_posting',
    text: `select coalesce(e.source, x.source) || ' ' || coalesce(e.account, x.account) as row,
        'posts ' || coalesce(e.amount, 0) || ', its statements come to ' || coalesce(x.amount, 0) as what
      from (
        select g.source, e.account, e.amount from settlement.clearing_posting g
        join settlement.ledger_entry e on e.group_id = g.group_id where g.kind in ('PROVINCE_PAID', 'PROVINCE_RECEIVED')
      ) e
      full join (
        select p.id as source, case s.side when 'HOME' then 'payable' else 'receivable' end || ':province:' || i.pool || ':' || p.province
          as account, sum(case s.side when 'HOME' then -i.amount else i.amount end) as amount
        from settlement.net_payment p
        join settlement.net_payment_part x on x.payment_id = p.id
        join settlement.net_statement s on s.id = x.statement_id join settlement.net_item i on i.statement_id = s.id
        where ${NET_POSTED} group by 1, 2
        union all
        select p.id, 'bank:' || p.pool, p.amount * (case p.side when 'PAYER' then 1 else -1 end)
        from settlement.net_payment p where ${NET_POSTED}
      ) x on x.source = e.source and x.account = e.account
      where coalesce(e.amount, 0) <> coalesce(x.amount, 0) and not ${postingArchived('coalesce(e.source, x.source)')}`,
  },
  {
    // What was denied comes to nothing on every account, and settles nothing.
    table: 'settlement.clearing_posting',
    text: `select p.id || ' ' || e.account as row, 'was denied, and posts ' || sum(e.amount) as what
      from settlement.net_payment p join settlement.clearing_posting g on g.source = p.id
      join settlement.ledger_entry e on e.group_id = g.group_id
      where p.state = 'DENIED' and not ${postingArchived('p.id')} group by p.id, e.account having sum(e.amount) <> 0
      union all
      select p.id::text, 'was denied, and settles a statement' from settlement.net_payment p
      join settlement.net_payment_part x on x.payment_id = p.id where (p.state = 'DENIED') = x.live`,
  },
] as const
