import { BORDER } from './ledger-border.ts'
import { NET_POSTINGS } from './net-verify.ts'

/** Who pays has paid, who receives has received; of a return it is the holder who pays. */
const GIVES = `(p.kind = 'PAYMENT') = (p.side = 'PAYER')`
const IN_THE_BOOKS = `(p.state = 'RECEIVED' or p.state in ('PAID', 'DENIED') and ${GIVES})`
const GIVEN_BACK = `(p.state = 'DENIED' and ${GIVES})`

/** The groups about other provinces there must be; none of them touches what an institution is owed. */
export const PROVINCE_POSTINGS = `
  select 'PROVINCE_DEDUCTION', d.id, d.pool, null, 0 from settlement.exchange_deduction d
  union all
  select 'PROVINCE_PREFUND', p.id, p.pool, null, 0 from settlement.prefund p where ${IN_THE_BOOKS}
  union all
  select 'PROVINCE_PREFUND_BACK', p.id, p.pool, null, 0 from settlement.prefund p where ${GIVEN_BACK}
  union all ${NET_POSTINGS}`

/** What the groups of a kind must come to on the one account that says whose they are. */
const POSTED = `
  select 'PROVINCE_DEDUCTION' as kind, id as source, 'payable:province:' || pool || ':' || province as account,
    -amount as amount from settlement.exchange_deduction
  union all
  select 'PROVINCE_PREFUND', p.id, case p.side when 'PAYER' then 'prefund:' else 'prefunded:' end || p.pool || ':' || p.province,
    case when (p.kind = 'PAYMENT') = (p.side = 'PAYER') then -p.amount else p.amount end
  from settlement.prefund p where ${IN_THE_BOOKS}
  union all
  select 'PROVINCE_PREFUND_BACK', p.id, case p.side when 'PAYER' then 'prefund:' else 'prefunded:' end || p.pool || ':' || p.province,
    p.amount from settlement.prefund p where ${GIVEN_BACK}`

/** Where the rest of such a group stands. */
const OTHER_SIDE = `
  case g.kind when 'PROVINCE_DEDUCTION' then starts_with(e.account, 'fund:' || g.pool || ':')
    when 'PROVINCE_PAID' then true when 'PROVINCE_PAID_BACK' then true when 'PROVINCE_RECEIVED' then true
    else e.account = 'bank:' || g.pool end`

/** Questions to what is between this province and others; asked with those of `verify-tables.ts`. */
export const PROVINCE_CHECKS = [
  {
    table: 'settlement.clearing_posting',
    text: `select x.kind || ' ' || x.source as row, 'posts ' || coalesce(e.amount, 0) || ' to ' || x.account || ', it should be '
        || x.amount as what
      from (${POSTED}) x
      left join settlement.clearing_posting g on g.kind = x.kind and g.source = x.source
      left join settlement.ledger_entry e on e.group_id = g.group_id and e.account = x.account
      where e.amount is distinct from x.amount and coalesce(g.group_id > ${BORDER}, true)`,
  },
  {
    table: 'settlement.clearing_posting',
    text: `select g.group_id || ' ' || e.account as row, 'is not between the accounts of its kind' as what
      from settlement.clearing_posting g join settlement.ledger_entry e on e.group_id = g.group_id
      where starts_with(g.kind, 'PROVINCE_') and not coalesce(${OTHER_SIDE}, false)
        and not exists (select from (${POSTED}) x where x.kind = g.kind and x.source = g.source and x.account = e.account)`,
  },
  {
    // Of a bill no more goes back than its funds paid, and a withdrawal takes back what it names.
    table: 'settlement.exchange_deduction',
    text: `select d.settlement_id::text as row, 'has ' || sum(d.amount) || ' deducted elsewhere, its funds paid '
        || coalesce(max(f.amount), 0) as what
      from settlement.exchange_deduction d
      left join lateral (select -sum(e.amount) as amount from settlement.ledger_entry e
        where e.group_id = d.settlement_id and starts_with(e.account, 'fund:')) f on true
      group by d.settlement_id having sum(d.amount) < 0
        or d.settlement_id > ${BORDER} and sum(d.amount) > coalesce(max(f.amount), 0)
      union all
      select w.id::text, 'does not give back what it withdraws' from settlement.exchange_deduction w
      join settlement.exchange_deduction d on d.id = w.withdraws
      where w.amount <> -d.amount or w.settlement_id <> d.settlement_id or w.province <> d.province`,
  },
  {
    // Whoever insures the person is told of every deduction.
    table: 'settlement.deduction',
    text: `select d.id::text as row, 'is of a bill of province ' || d.other_province || ', which is not told' as what
      from settlement.deduction d
      where d.other_province is not null and not exists (select from settlement.province_message m
        where m.id = d.id and m.province = d.other_province and m.type = 'deduction')`,
  },
  {
    // The bill of an institution in another province is declared and cleared there.
    table: 'settlement.clearing_item',
    text: `select i.settlement_id::text as row, 'is cleared here, its institution lies in province ' || s.other_province as what
      from settlement.clearing_item i
      join settlement.settlement s on s.id = i.settlement_id and s.insured_id = i.insured_id
      where starts_with(s.clearing_agency, s.other_province)`,
  },
  {
    table: 'settlement.prefund_step',
    text: `select p.id::text as row, 'is ' || p.state || ', its last step ' || coalesce(s.state, 'nothing') as what
      from settlement.prefund p
      left join lateral (select state from settlement.prefund_step where prefund_id = p.id order by number desc limit 1) s
        on true
      where s.state is distinct from p.state`,
  },
  {
    // No more goes back than was paid in.
    table: 'settlement.prefund',
    text: `select p.province || ' ' || p.side as row, 'has had more returned than was paid in: ' || sum(case p.kind
        when 'PAYMENT' then p.amount else -p.amount end) as what
      from settlement.prefund p where p.state = 'RECEIVED' or p.kind = 'RETURN' and p.state = 'PAID'
      group by p.province, p.side having sum(case p.kind when 'PAYMENT' then p.amount else -p.amount end) < 0`,
  },
  {
    // A hard limit that is in force counts at least what is owed and being committed.
    table: 'settlement.province_budget',
    text: `select b.province::text as row, 'counts ' || b.taken || ', owed and being committed is ' || (e.amount + t.amount) as what
      from settlement.province_budget b
      cross join lateral (select coalesce(-sum(amount), 0) as amount from settlement.ledger_entry
        where starts_with(account, 'receivable:province:') and split_part(account, ':', 4) = b.province) e
      cross join lateral (select coalesce(sum(t.amount), 0) as amount from settlement.budget_taken t
        join settlement.away_bill a on a.exchange = t.exchange
        where t.province = b.province and not t.given and a.state = 'COMMITTING') t
      where b.amount is not null and b.taken < e.amount + t.amount`,
  },
  {
    // What it counts is what is counted of its bills.
    table: 'settlement.province_budget',
    text: `select b.province::text as row, 'counts ' || b.taken || ', of bills it is ' || coalesce(t.amount, 0) as what
      from settlement.province_budget b
      left join (select province, sum(amount) as amount from settlement.budget_taken where not given group by 1) t
        on t.province = b.province
      where b.wanted is not null and b.taken <> coalesce(t.amount, 0)`,
  },
] as const
