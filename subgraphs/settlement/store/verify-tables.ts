import type { Statements } from '@yibao/drizzle/hot'
import type { Mismatch } from '../domain/verify-settlement.ts'

/** A question to the whole of a table: its rows are what is wrong, `row` and what about it. */
interface Check {
  readonly table: string
  readonly text: string
}

const CHECKS: readonly Check[] = [
  {
    table: 'settlement.ledger_entry',
    text: `select group_id::text as row, 'the group adds up to ' || sum(amount) || ', not to zero' as what
      from settlement.ledger_entry group by group_id having sum(amount) <> 0`,
  },
  {
    table: 'settlement.ledger_entry',
    text: `select e.group_id::text as row, 'belongs to no settlement and is no opening' as what
      from settlement.ledger_entry e
      where not exists (select from settlement.settlement s where s.id = e.group_id)
        and not exists (select from settlement.ledger_entry o
          where o.group_id = e.group_id and o.account like 'opening:%')
      group by e.group_id`,
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
        from settlement.settlement s,
          jsonb_each_text(case jsonb_typeof(s.consumed) when 'object' then s.consumed else '{}' end) x
        group by 1, 2, 3, 4
      ) c on c.insured_id = k.insured_id and c.pool = k.pool and c.insurance_type = k.insurance_type
        and c.key = k.name || '@' || k.period
      where coalesce(k.amount, 0) <> coalesce(c.amount, 0)`,
  },
  {
    // Ids of a person's settlements stand in the order in which they were committed.
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
      where r.total <> s.balance`,
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
          else 'names settlement ' || b.settlement_id || ', which does not stand for it' end as what
      from settlement.bill b
      full join (
        select s.* from settlement.settlement s where s.reverses is null
          and not exists (select from settlement.reversal v where v.settlement_id = s.id and v.insured_id = s.insured_id)
      ) s on s.institution = b.institution and s.visit = b.visit and s.charge_batch = b.charge_batch
        and s.id = b.settlement_id and s.insured_id = b.insured_id
      where b.institution is null or s.id is null`,
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
      where i.institution is null or s.id is null`,
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
