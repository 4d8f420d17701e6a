import { postingArchived } from './ledger-border.ts'

/** What the bank answered first to a transfer: one that was paid after all was rejected before. */
const ANSWERED = `select r.id, r.pool, r.amount, case when r.state = 'REJECTED' or exists (
      select from settlement.claim_payment_return t where t.row_id = r.id and t.kind = 'PAID_AFTER_ALL' and t.state = 'CONFIRMED')
    then 'CLAIM_REJECTED' else 'CLAIM_PAID' end as kind
  from settlement.claim_payment_row r where r.state <> 'SENT'`

/** Every group of paying claims there must be, with its amount. */
const GROUPS = `
  select 'CLAIM_SENT' as kind, id, pool, amount from settlement.claim_payment_row
  union all select kind, id, pool, amount from (${ANSWERED}) answered
  union all
  select x.kind, t.id, t.pool, t.amount from settlement.claim_payment_return t
  cross join lateral (values ('CAME_BACK', 'CLAIM_RETURNED'), ('PAID_AFTER_ALL', 'CLAIM_SENT'), ('PAID_AFTER_ALL', 'CLAIM_PAID'))
    x (of, kind)
  where t.state = 'CONFIRMED' and t.kind = x.of
  union all select 'CLAIM_OWED_BACK', id, pool, amount from settlement.claim_recovery
  union all select 'CLAIM_' || kind, id, pool, amount from settlement.claim_recovery_step`

/** The groups of paying claims there must be; none of them touches what an institution is owed. */
export const CLAIM_POSTINGS = `select kind, id, pool, null, 0 from (${GROUPS}) claims`

/** From which account each goes to which. */
const WAYS = `(values ('CLAIM_SENT', 'payable:claim:', 'transit:'), ('CLAIM_PAID', 'transit:', 'bank:'),
    ('CLAIM_REJECTED', 'transit:', 'payable:claim:'), ('CLAIM_RETURNED', 'bank:', 'payable:claim:'),
    ('CLAIM_OWED_BACK', 'receivable:claim:', 'payable:claim:'), ('CLAIM_SET_OFF', 'payable:claim:', 'receivable:claim:'),
    ('CLAIM_RECEIVED', 'bank:', 'receivable:claim:')) w (kind, source, target)`

/** Questions to what was paid for claims; asked with those of `verify-tables.ts`. */
export const CLAIM_PAYMENT_CHECKS = [
  {
    table: 'settlement.clearing_posting',
    text: `select coalesce(x.kind, e.kind) || ' ' || coalesce(x.id, e.source) as row, 'posts ' || coalesce(e.amount, 0) || ' to '
        || coalesce(x.account, e.account) || ', it should be ' || coalesce(x.amount, 0) as what
      from (
        select g.kind, g.id, y.account, y.amount from (${GROUPS}) g join ${WAYS} on w.kind = g.kind
        cross join lateral (values (w.source || g.pool, -g.amount), (w.target || g.pool, g.amount)) y (account, amount)
      ) x
      full join (
        select p.kind, p.source, e.account, sum(e.amount) as amount from settlement.clearing_posting p
        join settlement.ledger_entry e on e.group_id = p.group_id where starts_with(p.kind, 'CLAIM_') group by 1, 2, 3
      ) e on e.kind = x.kind and e.source = x.id and e.account = x.account
      where e.amount is distinct from x.amount
        and not ${postingArchived('coalesce(x.id, e.source)', 'coalesce(x.kind, e.kind)')}`,
  },
  {
    // What is owed to those who have claimed and is not with the bank is what the ledger owes.
    table: 'settlement.claim',
    text: `select coalesce(c.pool, e.pool) as row, 'owes ' || coalesce(e.amount, 0) || ' for claims, they are owed '
        || coalesce(c.amount, 0) as what
      from (
        select c.pool::text as pool, sum(c.owed - c.paid - coalesce(r.amount, 0)) as amount from settlement.claim c
        left join settlement.claim_payment_row r on r.claim_id = c.id and r.state = 'SENT' group by 1
      ) c
      full join (
        select split_part(account, ':', 3) as pool, sum(amount) as amount from settlement.ledger_entry
        where starts_with(account, 'payable:claim:') group by 1
      ) e on e.pool = c.pool
      where coalesce(c.amount, 0) <> coalesce(e.amount, 0)`,
  },
  {
    table: 'settlement.claim',
    text: `select c.id::text as row, 'says that ' || c.paid || ' were paid, transfers and what was set off come to ' || x.amount as what
      from settlement.claim c
      cross join lateral (select coalesce((select sum(r.amount) from settlement.claim_payment_row r
          where r.claim_id = c.id and r.state = 'PAID'), 0)
        + coalesce((select sum(s.amount) from settlement.claim_recovery_step s
          where s.claim_id = c.id and s.kind = 'SET_OFF'), 0)
        - coalesce((select sum(o.amount) from settlement.claim_recovery o where o.claim_id = c.id), 0) as amount) x
      where c.paid <> x.amount`,
  },
  {
    // A claim is paid once: what is with the bank is being paid, and what is paid is all that is owed. What has ended is owed
    // nothing; what came back from both sides is on its way to the person without it being decided anew.
    table: 'settlement.claim',
    text: `select c.id::text as row, 'is ' || c.state || ', owed ' || c.owed || ', paid ' || c.paid || ', with the bank '
        || coalesce(r.amount, 0) as what
      from settlement.claim c
      left join (select claim_id, sum(amount) as amount from settlement.claim_payment_row where state = 'SENT' group by 1) r
        on r.claim_id = c.id
      cross join lateral (select c.state in ('REJECTED', 'NOT_ACCEPTED', 'WITHDRAWN') as ended) e
      where (c.state = 'PAYING') <> (r.claim_id is not null) and (not ended or r.claim_id is null)
        or c.state = 'PAID' and c.paid <> c.owed or c.state = 'PAYMENT_RETURNED' and c.paid >= c.owed
        or ended and (c.owed <> 0 or r.amount > c.owed - c.paid)`,
  },
  {
    table: 'settlement.claim_payment_batch',
    text: `select b.id::text as row, 'is ' || b.state || ' with ' || b.rows || ' rows of ' || b.amount || '; they are ' || count(r.id)
        || ' of ' || coalesce(sum(r.amount), 0) as what
      from settlement.claim_payment_batch b left join settlement.claim_payment_row r on r.batch_id = b.id
      group by b.id having (b.rows, b.amount) is distinct from (count(r.id), sum(r.amount))
        or (b.state = 'SENT') <> bool_or(r.state = 'SENT')`,
  },
  {
    table: 'settlement.claim_payment_return',
    text: `select t.id::text as row, 'is ' || t.kind || ' and ' || t.state || ' of ' || t.amount || '; the payment is ' || r.state
        || ' of ' || r.amount as what
      from settlement.claim_payment_return t join settlement.claim_payment_row r on r.id = t.row_id
      where (t.amount, t.claim_id, t.pool) <> (r.amount, r.claim_id, r.pool)
        or t.kind = 'CAME_BACK' and (t.state = 'CONFIRMED' and r.state <> 'RETURNED' or t.state = 'OPEN' and r.state <> 'PAID')
        or t.kind = 'PAID_AFTER_ALL'
          and (t.state = 'CONFIRMED' and r.state not in ('PAID', 'RETURNED') or t.state = 'OPEN' and r.state <> 'REJECTED')
      union all
      select r.id::text, 'came back, and nobody has decided that' from settlement.claim_payment_row r
      where r.state = 'RETURNED' and not exists (select from settlement.claim_payment_return t
        where t.row_id = r.id and t.kind = 'CAME_BACK' and t.state = 'CONFIRMED')`,
  },
  {
    table: 'settlement.claim_recovery',
    text: `select o.id::text as row, 'says that ' || o.settled || ' came back, its steps come to ' || coalesce(sum(s.amount), 0) as what
      from settlement.claim_recovery o left join settlement.claim_recovery_step s on s.recovery_id = o.id
      group by o.id having o.settled <> coalesce(sum(s.amount), 0)`,
  },
  {
    // What was paid twice is owed back because staff have confirmed that the bank paid what it had rejected.
    table: 'settlement.claim_recovery',
    text: `select o.id::text as row, 'is ' || o.amount || ' of a transfer that is ' || t.kind || ' and ' || t.state || ' of ' || t.amount as what
      from settlement.claim_recovery o join settlement.claim_payment_return t on t.id = o.return_id
      where (t.claim_id, t.pool, t.kind, t.state) <> (o.claim_id, o.pool, 'PAID_AFTER_ALL', 'CONFIRMED') or t.amount < o.amount`,
  },
] as const
