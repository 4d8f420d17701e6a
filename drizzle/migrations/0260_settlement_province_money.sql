-- What this platform has to say to those of other provinces about money: written in the transaction of what it is about,
-- and said until the other platform has answered. `pool`: whose staff it concerns.
create table settlement.province_message (
  id uuid primary key,
  province char(2) not null constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  type text not null,
  pool text not null,
  message jsonb not null,
  at timestamptz not null,
  tries integer not null default 0,
  next_at timestamptz not null,
  answered_at timestamptz,
  -- Why the other platform did not take it, for good: somebody has to look at it.
  rejection jsonb,
  constraint refused_is_answered check (rejection is null or answered_at is not null)
);
create index province_message_waiting on settlement.province_message (next_at, id) where answered_at is null;
create index province_message_of_pool on settlement.province_message (pool, id);

-- What another province deducted of a bill whose person is insured here, and, with a negative amount, the withdrawal of
-- that: what its institution gave back, the pool here owes it less. Under the id it has there. Append only.
create table settlement.exchange_deduction (
  id uuid primary key,
  province char(2) not null,
  exchange uuid not null,
  insured_id uuid not null,
  settlement_id uuid not null,
  pool text not null,
  institution text not null,
  amount bigint not null,
  reason text not null,
  words text not null,
  withdraws uuid unique references settlement.exchange_deduction,
  decided_at timestamptz not null,
  at timestamptz not null,
  constraint withdrawal_gives_back check (case when withdraws is null then amount > 0 else amount < 0 end)
);
create index exchange_deduction_of_settlement on settlement.exchange_deduction (settlement_id);
create index exchange_deduction_of_pool on settlement.exchange_deduction (pool, id);

-- Statements of bills whose person is insured in another province: no pool of this platform owes them.
alter table settlement.monthly_statement add column other_province char(2);
alter table settlement.deduction add column other_province char(2);

-- Groups about other provinces: of one institution, or of none once provinces pay each other.
alter table settlement.clearing_posting drop constraint kind_is_known, add constraint kind_is_known check (kind in
  ('DEDUCTION', 'DIFFERENCE', 'DUE', 'CLAIM', 'DEPOSIT', 'RELEASE', 'RESCORED', 'DECISION', 'SENT', 'PAID', 'REJECTED', 'RETURNED',
    'POOL_PAID', 'POOL_RECEIVED', 'PROVINCE_DEDUCTION', 'PROVINCE_PREFUND', 'PROVINCE_PREFUND_BACK', 'PROVINCE_PAID',
    'PROVINCE_RECEIVED')),
  drop constraint pools_pay_without_an_institution, add constraint pools_pay_without_an_institution check (
    (institution is null) = (starts_with(kind, 'POOL_') or starts_with(kind, 'PROVINCE_')));

do $security$
declare
  name text;
begin
  foreach name in array array['province_message', 'exchange_deduction']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
    execute format('grant select on settlement.%I to {{settlement.reader}}', name);
    execute format($policy$create policy those_concerned_read on settlement.%I for select to {{settlement.reader}} using (
      case current_setting('yibao.role', true)
        when 'staff' then pool = current_setting('yibao.pool', true)
        when 'auditor' then true
        else false
      end)$policy$, name);
  end loop;
end
$security$;

grant update (tries, next_at, answered_at, rejection) on settlement.province_message to {{settlement.writer}};
