-- Paying institutions: where to, batches as files of the bank, what the bank answered, and deposits that go back.

-- Where an institution is paid. The number is encrypted and known by its last characters; an account is never changed,
-- another one is entered. A bureau pays to it when two of its staff have confirmed it.
create table settlement.bank_account (
  id uuid primary key,
  institution text not null,
  holder text not null,
  bank_name text not null,
  bank_code text not null constraint bank_code_has_its_form check (bank_code ~ '^[0-9]{12}$'),
  sealed bytea not null,
  masked text not null,
  entered_by text not null,
  entered_at timestamptz not null
);
create index bank_account_of_institution on settlement.bank_account (institution, id);
create table settlement.bank_account_confirmation (
  account_id uuid not null references settlement.bank_account,
  institution text not null,
  pool text not null,
  caller text not null,
  at timestamptz not null,
  primary key (account_id, pool, caller)
);

-- What of the deposits of a year goes back by the score of the institution.
create table settlement.deposit_release (
  id uuid primary key,
  institution text not null,
  pool text not null,
  year text not null constraint year_is_one check (year ~ '^[0-9]{4}$'),
  score integer not null constraint score_is_of_a_hundred check (score between 0 and 10000),
  share integer not null constraint share_is_a_ratio check (share between 0 and 10000),
  kept bigint not null constraint something_was_kept check (kept > 0),
  amount bigint not null constraint no_more_goes_back_than_was_kept check (amount between 0 and kept),
  state text not null constraint state_is_known check (state in ('OPEN', 'PAYING', 'PAID')),
  document text,
  scored_by text not null,
  at timestamptz not null
);
create index release_of_institution on settlement.deposit_release (institution, id);
alter table settlement.monthly_statement add foreign key (release_id) references settlement.deposit_release;

create table settlement.payment_batch (
  id uuid primary key,
  pool text not null,
  number text not null unique,
  rows integer not null constraint there_are_rows check (rows > 0),
  amount bigint not null constraint something_is_paid check (amount > 0),
  state text not null constraint state_is_known check (state in ('SENT', 'DONE')),
  made_by text not null,
  made_at timestamptz not null
);
create index batch_of_pool on settlement.payment_batch (pool, id);
-- A row of the file: one transfer to one institution.
create table settlement.payment_row (
  id uuid primary key,
  batch_id uuid not null references settlement.payment_batch,
  number integer not null constraint number_starts_at_one check (number > 0),
  institution text not null,
  pool text not null,
  account_id uuid not null references settlement.bank_account,
  amount bigint not null constraint something_is_paid check (amount > 0),
  state text not null constraint state_is_known check (state in ('SENT', 'PAID', 'REJECTED')),
  reason text,
  bank_reference text,
  answered_at timestamptz,
  unique (batch_id, number),
  constraint answered_when_it_says_so check ((state = 'SENT') = (answered_at is null)),
  constraint rejected_with_a_reason check ((state = 'REJECTED') = (reason is not null))
);
create index payment_of_institution on settlement.payment_row (institution, id);
-- What a row pays. `open` until the bank rejects it: what is paid stands in one row that may come to pass.
create table settlement.payment_part (
  row_id uuid not null references settlement.payment_row,
  part_id uuid not null,
  kind text not null constraint kind_is_known check (kind in ('STATEMENT', 'RELEASE')),
  institution text not null,
  pool text not null,
  amount bigint not null,
  open boolean not null default true,
  primary key (row_id, part_id)
);
create unique index paid_once on settlement.payment_part (part_id) where open;

-- Files of answers that were read; the same file again is the same answer.
create table settlement.payment_result (
  id uuid primary key,
  batch_id uuid not null references settlement.payment_batch,
  pool text not null,
  digest text not null,
  paid integer not null,
  rejected integer not null,
  repeated integer not null,
  problems jsonb not null,
  read_by text not null,
  read_at timestamptz not null
);
create index result_of_batch on settlement.payment_result (batch_id, id);

do $security$
declare
  name text;
begin
  foreach name in array array['bank_account', 'bank_account_confirmation', 'deposit_release', 'payment_batch',
    'payment_row', 'payment_part', 'payment_result']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
  end loop;
  foreach name in array array['deposit_release', 'payment_row', 'payment_part', 'bank_account_confirmation']
  loop
    execute format($policy$create policy those_concerned_read on settlement.%I for select to {{settlement.reader}} using (
      case current_setting('yibao.role', true)
        when 'institution' then institution = current_setting('yibao.institution', true)
        when 'staff' then pool = current_setting('yibao.pool', true)
        when 'auditor' then true
        else false
      end)$policy$, name);
  end loop;
  foreach name in array array['payment_batch', 'payment_result']
  loop
    execute format($policy$create policy those_concerned_read on settlement.%I for select to {{settlement.reader}} using (
      case current_setting('yibao.role', true)
        when 'staff' then pool = current_setting('yibao.pool', true)
        when 'auditor' then true
        else false
      end)$policy$, name);
  end loop;
end
$security$;

-- Who confirms an account pays the institution: the bureau has a statement of it.
create policy those_concerned_read on settlement.bank_account for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'staff' then exists (select from settlement.monthly_statement s
      where s.institution = bank_account.institution and s.pool = current_setting('yibao.pool', true))
    when 'auditor' then true
    else false
  end);

grant select on settlement.bank_account, settlement.bank_account_confirmation, settlement.deposit_release, settlement.payment_batch,
  settlement.payment_row, settlement.payment_part, settlement.payment_result to {{settlement.reader}};
grant update (state) on settlement.deposit_release, settlement.payment_batch to {{settlement.writer}};
grant update (state, reason, bank_reference, answered_at) on settlement.payment_row to {{settlement.writer}};
grant update (open) on settlement.payment_part to {{settlement.writer}};
