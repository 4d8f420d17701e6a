import type { Statements } from '@yibao/drizzle/hot'
import type { Mismatch } from '../domain/verify-settlement.ts'
import { ACCOUNT_POSTINGS, PREMIUMS_COUNTED } from './verify-account-history.ts'
import { CLAIM_PAYMENT_CHECKS } from './claim-payment-verify.ts'
import { CLEARING_CHECKS } from './clearing-verify.ts'
import { DEPOSIT_CORRECTION_CHECKS } from './deposit-correction-verify.ts'
import { BORDER } from './ledger-border.ts'
import { NET_CHECKS } from './net-verify.ts'
import { AWAY_CHECKS } from './verify-away.ts'
import { CLAIM_CHECKS, HELD } from './verify-claims.ts'
import { LEDGER_CHECKS } from './verify-ledger.ts'
import { KEPT_BY, TRANSFERRED_POSTINGS } from './verify-account-transfer.ts'
import { MERGE_CHECKS, MERGED_COUNTED, MERGED_POSTINGS } from './verify-merge.ts'
import { REVERSAL_CHECKS } from './verify-reversals.ts'
import { POOL_CHECKS } from './pool-verify.ts'
import { PROVINCE_CHECKS } from './province-verify.ts'
import { PRESCRIPTION_CHECKS } from './verify-prescriptions.ts'
import { VISIT_CHECKS } from './verify-visits.ts'

/** A question to the whole of a table: its rows are what is wrong, `row` and what about it. */
interface Check {
  readonly table: string
  readonly text: string
}

const CHECKS: readonly Check[] = [
  ...AWAY_CHECKS,
  ...LEDGER_CHECKS,
  ...MERGE_CHECKS,
  ...REVERSAL_CHECKS,
  ...PRESCRIPTION_CHECKS,
  ...VISIT_CHECKS,
  ...CLEARING_CHECKS,
  ...CLAIM_CHECKS,
  ...CLAIM_PAYMENT_CHECKS,
  ...DEPOSIT_CORRECTION_CHECKS,
  ...POOL_CHECKS,
  ...PROVINCE_CHECKS,
  ...NET_CHECKS,
  {
    table: 'settlement.ledger_entry',
    text: `select group_id::text as row, 'the group adds up to ' || sum(amount) || ', not to zero' as what
      from settlement.ledger_entry group by group_id having sum(amount) <> 0`,
  },
  {
    // Groups of settlements and reversals are reckoned; every other entry is one of the two of an opening or a credit.
    table: 'settlement.ledger_entry',
    text: `select coalesce(e.group_id, o.group_id) || ' ' || coalesce(e.account, o.account) as row,
        case when o.group_id is null then 'belongs to no settlement, reversal, opening or credit of this person'
          else 'holds ' || coalesce(e.amount, 0) || ', the opening or credit gives ' || o.amount end as what
      from (
        select * from settlement.ledger_entry e
        where e.group_id > ${BORDER} and not exists (select from settlement.settlement s where s.id = e.group_id)
          and not exists (select from settlement.clearing_posting p where p.group_id = e.group_id
            and e.insured_id = '00000000-0000-0000-0000-000000000000')
      ) e
      full join (select * from (
        select o.group_id, o.insured_id, v.account, v.amount from settlement.opening o
        cross join lateral (values
          ('personal:' || o.insured_id || ':' || o.kind, o.balance), ('opening:' || o.pool, -o.balance)
        ) v (account, amount)
        where o.balance <> 0
        union all
        select c.group_id, c.insured_id, v.account, v.amount from settlement.credit c
        cross join lateral (values
          ('personal:' || c.insured_id || ':' || c.kind, c.amount - c.recovered),
          ('receivable:contribution:' || c.pool, c.recovered), ('fund:' || c.pool || ':310:310200', -c.amount)
        ) v (account, amount) where v.amount <> 0
        union all ${ACCOUNT_POSTINGS}
        union all ${MERGED_POSTINGS} union all ${TRANSFERRED_POSTINGS}
      ) every_one where group_id > ${BORDER}) o on o.group_id = e.group_id and o.insured_id = e.insured_id and o.account = e.account
      where e.amount is distinct from o.amount`,
  },
  {
    // The account of a sponsor gives in the sponsor's name; whether it may is reckoned with the settlement.
    table: 'settlement.ledger_entry',
    text: `select e.group_id || ' ' || e.account as row, 'names another person than its settlement' as what
      from settlement.ledger_entry e join settlement.settlement s on s.id = e.group_id
      where e.insured_id <> s.insured_id and not starts_with(e.account, 'personal:' || e.insured_id || ':')`,
  },
  {
    table: 'settlement.opening',
    text: `select coalesce(o.insured_id, a.insured_id) || ' ' || coalesce(o.kind, a.kind) as row,
        case when o.insured_id is null then 'is missing for an account that is there'
          when a.insured_id is null then 'opened an account that is not there'
          else 'is in pool ' || ${KEPT_BY} || ', its account in ' || a.pool end as what
      from settlement.opening o
      full join settlement.account a on a.insured_id = o.insured_id and a.kind = o.kind
      where ${KEPT_BY} is distinct from a.pool`,
  },
  {
    table: 'settlement.person',
    text: `select m.insured_id::text as row, 'is missing for somebody with settlements or accounts' as what
      from (select insured_id from settlement.settlement union select insured_id from settlement.account) m
      where not exists (select from settlement.person p where p.insured_id = m.insured_id)`,
  },
  {
    // Held by the first of its settlements that stands; what was refunded whole is no stay.
    table: 'settlement.stay',
    text: `select coalesce(t.insured_id, s.insured_id) || ' ' || coalesce(t.institution, s.institution) || ' '
          || coalesce(t.visit, s.visit) as row,
        case when t.insured_id is null then 'is missing for settlement ' || s.id
          when s.id is null then 'names settlement ' || t.settlement_id || ', which does not stand for it'
          else 'is admission ' || t.number || ' of settlement ' || t.settlement_id
            || ', it should be ' || coalesce(s.number, '?') || ' of ' || s.id end as what
      from settlement.stay t
      full join (
        select insured_id, pool, insurance_type, input #>> '{care,year}' as year, institution, visit,
          (array_agg(id order by id))[1] as id, (array_agg(input #>> '{care,admission}' order by id))[1] as number
        from settlement.settlement s
        where reverses is null and input is not null and care_kind = 'INPATIENT' and total > 0
          and not exists (select from settlement.reversal v where v.settlement_id = s.id and v.insured_id = s.insured_id)
        group by 1, 2, 3, 4, 5, 6
      ) s on s.insured_id = t.insured_id and s.pool = t.pool and s.insurance_type = t.insurance_type
        and s.year = t.year and s.institution = t.institution and s.visit = t.visit
      where t.settlement_id is distinct from s.id or t.number::text is distinct from s.number`,
  },
  {
    table: 'settlement.settlement',
    text: `select id::text as row, 'is there for ' || count(*) || ' persons' as what
      from settlement.settlement group by id having count(*) > 1`,
  },
  {
    // What a sponsor paid stands in the ledger in the sponsor's name, in the same group.
    table: 'settlement.mutual_aid',
    text: `select coalesce(m.settlement_id, e.settlement_id) || ' ' || coalesce(m.sponsor_id, e.sponsor_id) as row,
        'says ' || coalesce(m.amount, 0) || ', the ledger ' || coalesce(e.amount, 0) as what
      from (
        select m.settlement_id, m.sponsor_id, k.kind, k.amount from settlement.mutual_aid m
        cross join lateral (values ('CURRENT', m.current), ('HISTORY', m.history)) k (kind, amount)
        where k.amount <> 0 and m.settlement_id > ${BORDER}
      ) m
      full join (
        select e.group_id as settlement_id, e.insured_id as sponsor_id, split_part(e.account, ':', 3) as kind,
          -e.amount as amount
        from settlement.ledger_entry e join settlement.settlement s on s.id = e.group_id
        where e.insured_id <> s.insured_id
      ) e on e.settlement_id = m.settlement_id and e.sponsor_id = m.sponsor_id and e.kind = m.kind
      where coalesce(m.amount, 0) <> coalesce(e.amount, 0)`,
  },
  {
    table: 'settlement.account',
    text: `select coalesce(a.insured_id::text, e.insured_id) || ' ' || coalesce(a.kind, e.kind) as row,
        'holds ' || coalesce(a.balance, 0) || ', its entries add up to ' || coalesce(e.amount, 0) as what
      from settlement.account a
      full join (
        select split_part(account, ':', 2) as insured_id, split_part(account, ':', 3) as kind, sum(amount) as amount
        from settlement.ledger_entry where account like 'personal:%' group by 1, 2
      ) e on e.insured_id = a.insured_id::text and e.kind = a.kind
      where coalesce(a.balance, 0) <> coalesce(e.amount, 0)`,
  },
  {
    table: 'settlement.counter',
    text: `select coalesce(k.insured_id, c.insured_id) || ' ' || coalesce(k.pool, c.pool) || ' '
          || coalesce(k.insurance_type, c.insurance_type) || ' ' || coalesce(k.name || '@' || k.period, c.key) as row,
        'holds ' || coalesce(k.amount, 0) || ', settlements consumed ' || coalesce(c.amount, 0) as what
      from settlement.counter k
      full join (
        select s.insured_id, s.pool, s.insurance_type, x.key,
          sum(case when x.value ~ '^-?[0-9]{1,18}$' then x.value::bigint end) as amount
        from (
          select insured_id, pool, insurance_type, consumed from settlement.settlement
          union all
          select sponsor_id, pool, insurance_type,
            jsonb_build_object('mutual-aid:' || insured_id || '@' || year, (current + history)::text)
          from settlement.mutual_aid
          union all ${PREMIUMS_COUNTED}
          union all ${MERGED_COUNTED}
        ) s,
          jsonb_each_text(case jsonb_typeof(s.consumed) when 'object' then s.consumed else '{}' end) x
        group by 1, 2, 3, 4
      ) c on c.insured_id = k.insured_id and c.pool = k.pool and c.insurance_type = k.insurance_type
        and c.key = k.name || '@' || k.period
      where coalesce(k.amount, 0) <> coalesce(c.amount, 0)`,
  },
  {
    // Ids of a person's settlements stand in the order in which they were committed. The account of somebody insured in
    // another province is not here.
    table: 'settlement.settlement',
    text: `select s.id::text as row, 'balance is ' || s.balance || ', the entries up to here add up to ' || r.total as what
      from settlement.settlement s
      join (
        select insured_id, group_id, sum(sum(amount)) over (partition by insured_id order by group_id) as total
        from (
          select split_part(account, ':', 2) as insured_id, group_id, amount
          from settlement.ledger_entry where account like 'personal:%'
          union all select insured_id::text, id, 0 from settlement.settlement
        ) moves group by insured_id, group_id
      ) r on r.insured_id = s.insured_id::text and r.group_id = s.id
      where r.total <> s.balance and s.id > ${BORDER} and not coalesce(starts_with(s.pool, s.other_province::text), false)`,
  },
  {
    table: 'settlement.settlement',
    text: `select s.id::text as row, 'has no request that led to it' as what
      from settlement.settlement s
      left join settlement.request r on r.caller = s.caller and r.request_id = s.request_id
      where r.result ->> case when s.reverses is null then 'settlement' else 'reversal' end is distinct from s.id::text`,
  },
  {
    table: 'settlement.request',
    text: `select r.caller || ' ' || r.request_id as row, 'is ' || r.outcome || ' but its settlement is not there' as what
      from settlement.request r
      where r.operation = 'settle' and (r.outcome = 'COMMITTED' or r.result ? 'settlement')
        and not exists (select from settlement.settlement s
          where s.id::text = r.result ->> 'settlement' and s.insured_id = r.insured_id)`,
  },
  {
    table: 'settlement.request',
    text: `select r.caller || ' ' || r.request_id as row, 'is ' || r.outcome || ', its settlement says otherwise' as what
      from settlement.request r
      join settlement.settlement s on s.caller = r.caller and s.request_id = r.request_id and s.reverses is null
      left join settlement.reversal v on v.settlement_id = s.id and v.insured_id = s.insured_id
      where r.operation = 'settle' and r.outcome <> case when v.settlement_id is null then 'COMMITTED' else 'ANNULLED' end`,
  },
  {
    table: 'settlement.bill',
    text: `select coalesce(b.institution, s.institution) || ' ' || coalesce(b.visit, s.visit) || ' '
          || coalesce(b.charge_batch, s.charge_batch) as row,
        case when b.institution is null then 'is missing for settlement ' || s.id
          when s.id is null then 'names settlement ' || b.settlement_id || ', which does not stand for it'
          else 'says another time, kind of care or diagnosis than its settlement' end as what
      from settlement.bill b
      full join (
        select s.* from settlement.settlement s where s.reverses is null
          and not exists (select from settlement.reversal v where v.settlement_id = s.id and v.insured_id = s.insured_id)
      ) s on s.institution = b.institution and s.visit = b.visit and s.charge_batch = b.charge_batch
        and s.id = b.settlement_id and s.insured_id = b.insured_id
      where b.institution is null or s.id is null and not ${HELD('b')}
        or s.id is not null and (b.begin_at, b.end_at, b.care_kind, b.care_type, b.diagnosis)
          is distinct from (s.begin_at, s.end_at, s.care_kind, s.care_type, s.diagnoses -> 0 ->> 'code')`,
  },
  {
    table: 'settlement.invoice',
    text: `select coalesce(i.institution, s.institution) || ' ' || coalesce(i.invoice, s.invoice) as row,
        case when i.institution is null then 'is missing for settlement ' || s.id
          else 'names settlement ' || i.settlement_id || ', which does not stand for it' end as what
      from settlement.invoice i
      full join (
        select s.* from settlement.settlement s where s.reverses is null and s.invoice is not null
          and not exists (select from settlement.reversal v where v.settlement_id = s.id and v.insured_id = s.insured_id)
      ) s on s.institution = i.institution and s.invoice = i.invoice and s.id = i.settlement_id
        and s.insured_id = i.insured_id
      where i.institution is null or s.id is null and not ${HELD('i')}`,
  },
  {
    table: 'settlement.reversal',
    text: `select coalesce(v.settlement_id, s.reverses)::text as row,
        case when v.settlement_id is null then 'is missing for reversal ' || s.id
          else 'names reversal ' || v.reversal_id || ', which does not take it back' end as what
      from settlement.reversal v
      full join (select id, insured_id, reverses from settlement.settlement where reverses is not null) s
        on s.reverses = v.settlement_id and s.insured_id = v.insured_id and s.id = v.reversal_id
      where v.settlement_id is null or s.id is null`,
  },
  {
    table: 'settlement.settlement_line',
    text: `select l.settlement_id || ' ' || l.number as row, 'belongs to no settlement' as what
      from settlement.settlement_line l
      where not exists (select from settlement.settlement s
        where s.id = l.settlement_id and s.insured_id = l.insured_id)`,
  },
]

/** How many questions `checkTables` asks. */
export const CHECK_COUNT = CHECKS.length

/** Asks every question to the tables as a whole; `done` is told after each one. */
export async function checkTables(statements: Statements, done: (number: number) => void): Promise<Mismatch[]> {
  const found: Mismatch[] = []
  for (const [i, check] of CHECKS.entries()) {
    found.push(...(await ask(statements, check)))
    done(i + 1)
  }
  return found
}

/** A question that fails is a finding too, and must not keep the others from being asked. */
async function ask(statements: Statements, { table, text }: Check): Promise<Mismatch[]> {
  await statements.unsafe('savepoint question')
  try {
    const rows = await statements.unsafe<{ row: string; what: string }>(text)
    await statements.unsafe('release savepoint question')
    return rows.map(({ row, what }) => ({ table, row, what }))
  } catch (error) {
    await statements.unsafe('rollback to savepoint question')
    return [{ table, row: '*', what: `cannot be checked: ${reasonOf(error)}` }]
  }
}

/** What the database said; the error around it holds the whole statement. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message : String(cause)
}
