-- Prefunds (预付金): what one province has paid in with another, so that what it owes is covered. A row stands on both
-- platforms under one id; what is done on one side the other is told. `side`: PAYER where the money comes from, HOLDER
-- where it is kept. `pool`: the bureau that speaks for the province (xx9900); null until somebody here has done something.
create table settlement.prefund (
  id uuid primary key,
  province char(2) not null constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  side text not null constraint side_is_known check (side in ('PAYER', 'HOLDER')),
  pool text,
  state text not null constraint state_is_known check (state in
    ('REQUESTED', 'AGREED', 'DECLINED', 'PAID', 'RECEIVED', 'DENIED')),
  amount bigint not null constraint there_is_an_amount check (amount > 0),
  paper_number text,
  bank_reference text,
  paid_on date,
  constraint paid_with_a_reference check (
    (bank_reference is null) = (state in ('REQUESTED', 'AGREED', 'DECLINED'))
    and (bank_reference is null) = (paid_on is null) and (bank_reference is null) = (paper_number is null))
);
create index prefund_of_province on settlement.prefund (province, id);

-- How it came to its state, on either platform. Append only.
create table settlement.prefund_step (
  prefund_id uuid not null references settlement.prefund,
  number smallint not null constraint number_starts_at_one check (number > 0),
  state text not null,
  caller text not null,
  at timestamptz not null,
  words text,
  primary key (prefund_id, number)
);

-- How much of a prefund is used, as it was last looked at: used is what is owed and not paid.
create table settlement.prefund_level (
  province char(2) not null,
  side text not null constraint side_is_known check (side in ('PAYER', 'HOLDER')),
  level text not null constraint level_is_known check (level in ('GREEN', 'YELLOW', 'RED')),
  amount bigint not null,
  used bigint not null,
  since timestamptz not null,
  primary key (province, side)
);

-- The hard limit of what a province may owe here, where a contract has one. `wanted`: as the contract says; null when it
-- has none. `amount`: in force; null while every process comes to know of it and what is owed is counted. `taken`: never
-- less than what the province owes and what is being committed.
create table settlement.province_budget (
  province char(2) primary key constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  wanted bigint constraint limit_is_not_negative check (wanted >= 0),
  amount bigint,
  taken bigint not null default 0,
  -- By the clock of the database, as processes read it.
  counting_since timestamptz not null default now(),
  paper_number text not null,
  set_by text not null,
  set_at timestamptz not null,
  constraint in_force_as_wanted check (amount is null or amount = wanted)
);

-- What was taken of it for a bill, and given back, once each.
create table settlement.budget_taken (
  exchange uuid primary key,
  province char(2) not null,
  amount bigint not null,
  given boolean not null default false
);
create index budget_taken_of_province on settlement.budget_taken (province) where not given;

do $security$
declare
  name text;
begin
  foreach name in array array['prefund', 'prefund_step', 'prefund_level', 'province_budget', 'budget_taken']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
    execute format('grant select on settlement.%I to {{settlement.reader}}', name);
    -- The bureau of the province itself (省本级, xx9900) speaks with others for the province.
    execute format($policy$create policy the_province_reads on settlement.%I for select to {{settlement.reader}} using (
      case current_setting('yibao.role', true)
        when 'staff' then right(current_setting('yibao.pool', true), 4) = '9900'
        when 'auditor' then true
        else false
      end)$policy$, name);
  end loop;
end
$security$;

grant update (pool, state, paper_number, bank_reference, paid_on) on settlement.prefund to {{settlement.writer}};
grant update (level, amount, used, since) on settlement.prefund_level to {{settlement.writer}};
grant update (wanted, amount, taken, counting_since, paper_number, set_by, set_at) on settlement.province_budget
  to {{settlement.writer}};
grant update (given) on settlement.budget_taken to {{settlement.writer}};

-- What was paid in with another province, and what another has paid in here.
create policy prefunds_read on settlement.ledger_day for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff'
  and (starts_with(account, 'prefund:' || current_setting('yibao.pool', true) || ':')
    or starts_with(account, 'prefunded:' || current_setting('yibao.pool', true) || ':')));
create policy prefunds_read on settlement.ledger_entry for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff'
  and (starts_with(account, 'prefund:' || current_setting('yibao.pool', true) || ':')
    or starts_with(account, 'prefunded:' || current_setting('yibao.pool', true) || ':')));
