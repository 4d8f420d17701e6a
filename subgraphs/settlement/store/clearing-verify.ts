import { CLAIM_POSTINGS } from './claim-payment-verify.ts'
import { clearingTypeOf } from '../domain/clearing-type.ts'
import { BORDER } from './ledger-border.ts'
import { PROVINCE_POSTINGS } from './province-verify.ts'

const CLEARING_TYPE = `case s.care_kind ${(['OUTPATIENT', 'INPATIENT', 'PHARMACY'] as const)
  .map((kind) => `when '${kind}' then '${clearingTypeOf(kind)}'`)
  .join(' ')} end`

/** What each group of clearing must come to on the account of the institution, by what it was made for. */
const EXPECTED = `
  select 'DEDUCTION' as kind, d.id as source, case when d.other_province is null then d.insured_pool else d.pool end as pool,
    d.institution, -d.amount as payable
  from settlement.deduction d
  union all
  select 'DIFFERENCE', m.id, m.insured_pool, m.institution, m.amount from settlement.method_difference m
  union all
  select 'DEPOSIT', s.id, s.pool, s.institution, -s.deposit from settlement.monthly_statement s
  where s.confirmed_at is not null and s.deposit <> 0
  union all
  select x.kind, s.id, x.pool, s.institution, x.payable from settlement.monthly_statement s
  cross join lateral (values ('DUE', s.insured_pool, -s.transfer - s.deposit),
    ('CLAIM', s.pool, s.transfer + s.deposit)) x (kind, pool, payable)
  where s.confirmed_at is not null and s.pool <> s.insured_pool and s.other_province is null and s.transfer + s.deposit <> 0
  union all
  select 'RELEASE', r.id, r.pool, r.institution, r.amount from settlement.deposit_release r where r.amount <> 0
  union all
  select 'RESCORED', r.id, r.pool, r.institution, -r.amount from settlement.deposit_release r
  where r.corrected_by is not null and r.amount <> 0
  union all
  select 'RESCORED', d.id, d.pool, d.institution, case d.outcome when 'RELEASED' then -d.amount else 0 end
  from settlement.deposit_decision d join settlement.deposit_release r on r.id = d.release_id
  where r.corrected_by is not null
  union all
  select 'DECISION', d.id, d.pool, d.institution, case d.outcome when 'RELEASED' then d.amount else 0 end
  from settlement.deposit_decision d
  union all
  select 'SENT', p.id, p.pool, p.institution, -p.amount from settlement.payment_row p
  union all
  select x.answer, p.id, p.pool, p.institution, case x.answer when 'REJECTED' then p.amount else 0 end
  from settlement.payment_row p cross join lateral (
    select case when p.state = 'REJECTED' or exists (select from settlement.payment_return t where t.row_id = p.id
      and t.kind = 'PAID_AFTER_ALL' and t.state = 'CONFIRMED') then 'REJECTED' else 'PAID' end as answer) x
  where p.state <> 'SENT'
  union all
  select 'RETURNED', t.id, t.pool, t.institution, t.amount from settlement.payment_return t
  where t.state = 'CONFIRMED' and t.kind = 'CAME_BACK'
  union all
  select x.kind, t.id, t.pool, t.institution, x.payable from settlement.payment_return t
  cross join lateral (values ('SENT', -t.amount), ('PAID', 0)) x (kind, payable)
  where t.state = 'CONFIRMED' and t.kind = 'PAID_AFTER_ALL'
  union all
  select 'POOL_PAID', p.id, p.debtor, null, 0 from settlement.pool_statement p
  where p.state in ('PAID', 'RECEIVED') and p.amount <> 0
  union all
  select 'POOL_RECEIVED', p.id, p.creditor, null, 0 from settlement.pool_statement p
  where p.state = 'RECEIVED' and p.amount <> 0
  union all ${PROVINCE_POSTINGS} union all ${CLAIM_POSTINGS}`

/** Where else the amount of a group stands, but for the funds of a deduction. */
const OTHER_SIDE = `
  case g.kind when 'DEPOSIT' then 'deposit:institution:' || g.institution || ':' || g.pool
    when 'RELEASE' then 'deposit:institution:' || g.institution || ':' || g.pool
    when 'RESCORED' then 'deposit:institution:' || g.institution || ':' || g.pool
    when 'DECISION' then 'deposit:institution:' || g.institution || ':' || g.pool
    when 'DUE' then (select 'due:' || s.insured_pool || ':' || s.pool from settlement.monthly_statement s where s.id = g.source)
    when 'CLAIM' then (select 'claim:' || s.pool || ':' || s.insured_pool from settlement.monthly_statement s where s.id = g.source)
    when 'POOL_PAID' then (select 'due:' || s.debtor || ':' || s.creditor from settlement.pool_statement s where s.id = g.source)
    when 'POOL_RECEIVED' then (select 'claim:' || s.creditor || ':' || s.debtor from settlement.pool_statement s where s.id = g.source)
    when 'SENT' then 'transit:' || g.pool when 'PAID' then 'bank:' || g.pool when 'REJECTED' then 'transit:' || g.pool
    when 'RETURNED' then 'bank:' || g.pool end`

/** Questions to clearing: statements, what is in them, and the ledger agree; asked with those of `verify-tables.ts`. */
export const CLEARING_CHECKS = [
  {
    table: 'settlement.monthly_statement',
    text: `select m.id::text as row, 'does not add up: it says ' || m.settlements || ' settlements, fund ' || m.fund
          || ', account ' || m.account || ', deducted ' || m.deducted || ', difference ' || m.difference
          || '; what is in it says ' || i.settlements || ', ' || i.fund || ', ' || i.account || ', ' || d.amount || ', '
          || x.amount as what
      from settlement.monthly_statement m
      cross join lateral (select count(*) as settlements, count(*) filter (where reversal) as reversals,
        count(*) filter (where late) as late, coalesce(sum(total), 0) as total, coalesce(sum(in_scope), 0) as in_scope,
        coalesce(sum(fund), 0) as fund, coalesce(sum(account), 0) as account, coalesce(sum(cash), 0) as cash
        from settlement.clearing_item where statement_id = m.id) i
      cross join lateral (
        select coalesce(sum(amount), 0) as amount from settlement.deduction where statement_id = m.id) d
      cross join lateral (
        select coalesce(sum(amount), 0) as amount from settlement.method_difference where statement_id = m.id) x
      where m.state not in ('COLLECTING', 'WITHDRAWN')
        and (m.settlements, m.reversals, m.late, m.total, m.in_scope, m.fund, m.account, m.cash, m.deducted, m.difference)
          <> (i.settlements, i.reversals, i.late, i.total, i.in_scope, i.fund, i.account, i.cash, d.amount, x.amount)`,
  },
  {
    // What stands in a statement is what was settled, and what the ledger owes for it.
    table: 'settlement.clearing_item',
    text: `select i.settlement_id::text as row, 'is not what was settled, reconciled and posted' as what
      from settlement.clearing_item i
      join settlement.monthly_statement m on m.id = i.statement_id
      left join settlement.settlement s on s.id = i.settlement_id and s.insured_id = i.insured_id
      left join settlement.reconciled r on r.settlement_id = i.settlement_id and r.insured_id = i.insured_id
      left join settlement.ledger_entry e on e.group_id = i.settlement_id
        and e.account = 'payable:institution:' || i.institution
      where s.id is null or r.settlement_id is null
        or (i.institution, i.pool, i.insured_pool, i.month, i.reversal, i.total, i.in_scope, i.fund, i.account, i.cash)
          <> (s.institution, s.clearing_agency, s.pool, to_char(settlement.id_day(s.id), 'YYYY-MM'), s.reverses is not null, s.total,
            s.in_scope, s.hifp + s.cvlserv + s.hifes + s.hifmi + s.hifob + s.hifdm + s.maf + s.oth,
            s.account + s.mutual_aid, s.cash)
        or (m.institution, m.pool, m.insured_pool, m.insurance_type, m.clearing_type, i.late)
          <> (s.institution, s.clearing_agency, s.pool, s.insurance_type, ${CLEARING_TYPE}, i.month <> m.month)
        or m.other_province is distinct from s.other_province
        or i.month > m.month or m.state = 'WITHDRAWN'
        or i.settlement_id > ${BORDER} and i.fund + i.account <> coalesce(e.amount, 0)`,
  },
  {
    table: 'settlement.clearing_item',
    text: `select coalesce(i.settlement_id, d.settlement_id)::text as row,
        'has ' || coalesce(i.deducted, 0) || ' deducted, its deductions add up to ' || coalesce(d.amount, 0) as what
      from settlement.clearing_item i
      full join (select insured_id, settlement_id, sum(amount) as amount from settlement.deduction group by 1, 2) d
        on d.insured_id = i.insured_id and d.settlement_id = i.settlement_id
      where coalesce(i.deducted, 0) <> coalesce(d.amount, 0)`,
  },
  {
    table: 'settlement.deduction',
    text: `select w.id::text as row, 'does not give back what it withdraws' as what
      from settlement.deduction w join settlement.deduction d on d.id = w.withdraws
      where w.amount <> -d.amount or w.settlement_id <> d.settlement_id or w.pool <> d.pool
        or w.insured_pool <> d.insured_pool`,
  },
  {
    // What is given back for a reversal counts in its month or later.
    table: 'settlement.deduction',
    text: `select w.id::text as row, 'is given back from ' || w.from_month || ' on, for a reversal of '
        || coalesce(to_char(settlement.id_day(v.reversal_id), 'YYYY-MM'), 'no month') || ', and counts in '
        || coalesce(m.month, 'none') as what
      from settlement.deduction w
      left join settlement.reversal v on v.settlement_id = w.settlement_id and v.insured_id = w.insured_id
      left join settlement.monthly_statement m on m.id = w.statement_id
      where w.from_month is not null and (m.month < w.from_month
        or to_char(settlement.id_day(v.reversal_id), 'YYYY-MM') is distinct from w.from_month)`,
  },
  {
    table: 'settlement.clearing_posting',
    text: `select coalesce(g.kind, x.kind) || ' ' || coalesce(g.source, x.source) as row,
        'posts ' || coalesce(g.payable::text, 'nothing') || ' to what the institution is owed, it should be '
          || coalesce(x.payable::text, 'nothing') as what
      from (
        select p.kind, p.source, p.pool, p.institution, coalesce(sum(e.amount) filter (
          where e.account = 'payable:institution:' || p.institution), 0) as payable, bool_or(p.group_id < ${BORDER}) as archived
        from settlement.clearing_posting p left join settlement.ledger_entry e on e.group_id = p.group_id
        group by 1, 2, 3, 4
      ) g
      full join (${EXPECTED}) x on x.kind = g.kind and x.source = g.source and x.pool = g.pool
        and x.institution is not distinct from g.institution
      where g.payable is distinct from x.payable and not (g.archived is true and x.kind is not null)`,
  },
  {
    table: 'settlement.clearing_posting',
    text: `select g.group_id || ' ' || e.account as row, 'is not between the accounts of its kind' as what
      from settlement.clearing_posting g join settlement.ledger_entry e on e.group_id = g.group_id
      where e.account is distinct from 'payable:institution:' || g.institution
        and e.account is distinct from ${OTHER_SIDE}
        and not (g.kind = 'PAID' and e.account = 'transit:' || g.pool)
        and not (g.kind = 'DEDUCTION' and starts_with(e.account, 'receivable:province:' || g.pool || ':'))
        and not starts_with(g.kind, 'PROVINCE_') and not starts_with(g.kind, 'CLAIM_')
        and not (starts_with(g.kind, 'POOL_') and e.account = 'bank:' || g.pool)
        and not (g.kind in ('DEDUCTION', 'DIFFERENCE', 'DECISION', 'RESCORED') and starts_with(e.account, 'fund:' || g.pool || ':'))`,
  },
  {
    // What is paid stands in one row that may come to pass, and says so itself.
    table: 'settlement.payment_row',
    text: `select r.id::text as row, 'pays ' || r.amount || ', its parts come to ' || coalesce(sum(p.amount), 0) as what
      from settlement.payment_row r left join settlement.payment_part p on p.row_id = r.id
      group by r.id having r.amount <> coalesce(sum(p.amount), 0)
        or bool_or(p.open) is distinct from (r.state not in ('REJECTED', 'RETURNED')) or bool_and(p.open) is distinct from bool_or(p.open)`,
  },
  {
    table: 'settlement.payment_return',
    text: `select coalesce(t.id, r.id)::text as row, 'is ' || coalesce(t.state, 'no return') || ' of ' || coalesce(t.amount, 0)
        || ', the payment is ' || r.state || ' of ' || r.amount as what
      from settlement.payment_row r
      left join settlement.payment_return t on t.row_id = r.id and t.state <> 'DISMISSED' and t.kind = 'CAME_BACK'
      where (r.state = 'RETURNED') <> (t.state is not distinct from 'CONFIRMED') or t.state = 'OPEN' and r.state <> 'PAID'
        or (t.amount, t.institution, t.pool) <> (r.amount, r.institution, r.pool)`,
  },
  {
    table: 'settlement.payment_return',
    text: `select t.id::text as row, 'is ' || t.state || ' and paid after it was rejected, of ' || t.amount
        || '; the payment is ' || r.state || ' of ' || r.amount as what
      from settlement.payment_return t join settlement.payment_row r on r.id = t.row_id
      where t.kind = 'PAID_AFTER_ALL' and (t.state = 'CONFIRMED' and r.state not in ('PAID', 'RETURNED')
        or t.state = 'OPEN' and r.state <> 'REJECTED'
        or (t.amount, t.institution, t.pool) <> (r.amount, r.institution, r.pool))`,
  },
  {
    table: 'settlement.payment_part',
    text: `select x.id::text as row, 'is ' || x.state || ', what pays it is ' || coalesce(r.state, 'nothing') as what
      from (
        select id, state, transfer as amount from settlement.monthly_statement
        union all select id, state, amount - settled from settlement.deposit_release
        union all select id, state, amount from settlement.deposit_decision
      ) x
      left join settlement.payment_part p on p.part_id = x.id and p.open
      left join settlement.payment_row r on r.id = p.row_id
      where case when r.state = 'SENT' then x.state <> 'PAYING' when r.state = 'PAID' then x.state not in ('PAID', 'CORRECTED')
          else x.state = 'PAYING' or x.state = 'PAID' and x.amount <> 0 end
        or p.amount <> x.amount`,
  },
  {
    table: 'settlement.deposit_release',
    text: `select r.id::text as row, 'releases of ' || r.kept || ', its statements kept ' || coalesce(sum(s.left), 0) as what
      from settlement.deposit_release r
      left join (select m.*, m.deposit_kept - coalesce((
        select sum(b.amount) from settlement.deposit_back b where b.of_statement_id = m.id), 0) as left
        from settlement.monthly_statement m) s on s.release_id = r.id and s.pool = r.pool
        and s.institution = r.institution and starts_with(s.month, r.year || '-')
      where r.corrected_by is null group by r.id having r.kept <> coalesce(sum(s.left), 0)`,
  },
  {
    // Nothing goes back that was not kept, and what goes back does so when a statement is confirmed.
    table: 'settlement.deposit_back',
    text: `select m.id::text as row, 'keeps ' || m.deposit_kept || ' of ' || (m.fund - m.deducted) || ', gives back ' || g.amount
        || ' of others, ' || k.amount || ' of it went back; its deposit is ' || m.deposit as what
      from settlement.monthly_statement m
      cross join lateral (
        select coalesce(sum(amount), 0) as amount from settlement.deposit_back where statement_id = m.id) g
      cross join lateral (
        select coalesce(sum(amount), 0) as amount from settlement.deposit_back where of_statement_id = m.id) k
      where k.amount > m.deposit_kept or m.confirmed_at is null and g.amount <> 0
        or m.confirmed_at is not null and m.deposit <> m.deposit_kept - g.amount
        or m.state not in ('COLLECTING', 'WITHDRAWN') and m.reversals = 0 and m.deposit_kept <> greatest(k.amount,
          (greatest(m.fund - m.deducted, 0) * m.deposit_ratio + 5000) / 10000)`,
  },
  {
    // The rest of a release is decided whole, and leaves the deposit.
    table: 'settlement.deposit_decision',
    text: `select d.id::text as row, 'decides ' || d.amount || ' of ' || (r.kept - r.amount) || ' and takes '
        || coalesce(-e.amount, 0) || ' from the deposit' as what
      from settlement.deposit_decision d
      join settlement.deposit_release r on r.id = d.release_id
      left join settlement.clearing_posting p on p.kind = 'DECISION' and p.source = d.id
      left join settlement.ledger_entry e on e.group_id = p.group_id
        and e.account = 'deposit:institution:' || d.institution || ':' || d.pool
      where d.amount <> r.kept - r.amount or coalesce(p.group_id > ${BORDER}, true) and e.amount is distinct from -d.amount
        or (d.institution, d.pool, d.year) <> (r.institution, r.pool, r.year)`,
  },
] as const
