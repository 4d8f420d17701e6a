-- Paying claims: batches as files of the bank, what the bank answered, what it contradicted later, and money to be given back.

-- Whose the account is. A guardian's is paid to once one of the staff has looked at it.
alter table settlement.claim_account
  add column relation text not null default 'SELF' constraint relation_is_known check (relation in ('SELF', 'GUARDIAN'));

-- What has left for a claim, less what is claimed back of it, is below zero when the bank gives back what the person gave
-- back already.
alter table settlement.claim drop constraint paid_is_not_negative;

create table settlement.claim_payment_batch (
  id uuid primary key,
  pool text not null,
  number text not null unique,
  rows integer not null constraint there_are_rows check (rows > 0),
  amount bigint not null constraint something_is_paid check (amount > 0),
  state text not null constraint state_is_known check (state in ('SENT', 'DONE')),
  made_by text not null,
  made_at timestamptz not null
);
create index claim_batch_of_pool on settlement.claim_payment_batch (pool, id);
-- A row of the file: one transfer for one claim.
create table settlement.claim_payment_row (
  id uuid primary key,
  batch_id uuid not null references settlement.claim_payment_batch,
  number integer not null constraint number_starts_at_one check (number > 0),
  insured_id uuid not null,
  claim_id uuid not null,
  claim_number text not null,
  pool text not null,
  account_seq integer not null,
  amount bigint not null constraint something_is_paid check (amount > 0),
  state text not null constraint state_is_known check (state in ('SENT', 'PAID', 'REJECTED', 'RETURNED')),
  reason text,
  bank_reference text,
  answered_at timestamptz,
  unique (batch_id, number),
  foreign key (insured_id, claim_id) references settlement.claim,
  foreign key (insured_id, claim_id, account_seq) references settlement.claim_account,
  constraint answered_when_it_says_so check ((state = 'SENT') = (answered_at is null)),
  constraint rejected_with_a_reason check ((state = 'REJECTED') = (reason is not null))
);
-- No two transfers for a claim are under way.
create unique index claim_is_with_the_bank_once on settlement.claim_payment_row (claim_id) where state = 'SENT';
create index claim_payment_of_claim on settlement.claim_payment_row (insured_id, claim_id);

-- Files of answers that were read; the same file again is the same answer.
create table settlement.claim_payment_result (
  id uuid primary key,
  batch_id uuid not null references settlement.claim_payment_batch,
  pool text not null,
  digest text not null,
  document uuid,
  paid integer not null,
  rejected integer not null,
  repeated integer not null,
  problems jsonb not null,
  problems_left_out integer not null,
  read_by text not null,
  read_at timestamptz not null
);
create index claim_result_of_batch on settlement.claim_payment_result (batch_id, id);

-- What the bank says against its answer of before waits here until one of the staff has decided it.
create table settlement.claim_payment_return (
  id uuid primary key,
  row_id uuid not null references settlement.claim_payment_row,
  kind text not null constraint kind_is_known check (kind in ('CAME_BACK', 'PAID_AFTER_ALL')),
  result_id uuid not null references settlement.claim_payment_result,
  insured_id uuid not null,
  claim_id uuid not null,
  pool text not null,
  amount bigint not null constraint something_came_back check (amount > 0),
  bank_reason text not null,
  bank_reference text,
  reported_at timestamptz not null,
  state text not null constraint state_is_known check (state in ('OPEN', 'CONFIRMED', 'DISMISSED')),
  reason text,
  decided_by text,
  decided_at timestamptz,
  constraint decided_with_a_reason check (
    (state = 'OPEN') = (decided_at is null) and num_nonnulls(reason, decided_by, decided_at) in (0, 3))
);
create unique index claim_returned_once on settlement.claim_payment_return (row_id, kind) where state <> 'DISMISSED';
create unique index claim_return_is_decided_before_the_next on settlement.claim_payment_return (row_id) where state = 'OPEN';
create index claim_return_of_pool on settlement.claim_payment_return (pool, id);
create index claim_return_of_claim on settlement.claim_payment_return (insured_id, claim_id);

-- More was paid than is owed since a decision was made anew: what the person has to give back.
create table settlement.claim_recovery (
  id uuid primary key,
  insured_id uuid not null,
  claim_id uuid not null,
  pool text not null,
  amount bigint not null constraint something_is_owed_back check (amount > 0),
  -- Set off against other claims, or received.
  settled bigint not null default 0 constraint settled_is_part_of_it check (settled between 0 and amount),
  raised_at timestamptz not null,
  foreign key (insured_id, claim_id) references settlement.claim
);
create index claim_recovery_of_claim on settlement.claim_recovery (insured_id, claim_id);
create index claim_recovery_open on settlement.claim_recovery (pool, id) where settled < amount;
create table settlement.claim_recovery_step (
  id uuid primary key,
  recovery_id uuid not null references settlement.claim_recovery,
  -- Whose claim it is about: the one whose payment is less, or the one of the recovery.
  insured_id uuid not null,
  claim_id uuid not null,
  pool text not null,
  kind text not null constraint kind_is_known check (kind in ('SET_OFF', 'RECEIVED')),
  amount bigint not null constraint something_is_settled check (amount > 0),
  -- The bank's number of what was received.
  reference text,
  by text not null,
  at timestamptz not null,
  foreign key (insured_id, claim_id) references settlement.claim,
  constraint received_with_a_reference check ((kind = 'RECEIVED') = (reference is not null))
);
create index recovery_step_of_recovery on settlement.claim_recovery_step (recovery_id, id);
create index recovery_step_of_claim on settlement.claim_recovery_step (insured_id, claim_id);
create unique index received_once on settlement.claim_recovery_step (pool, reference) where kind = 'RECEIVED';

-- Decisions as they were put on paper. What a paper says never changes; its code finds it.
create table settlement.claim_decision_paper (
  decision_id uuid primary key references settlement.claim_decision,
  insured_id uuid not null,
  claim_id uuid not null,
  content jsonb not null,
  content_hash bytea not null,
  code_hash bytea not null unique,
  issued_at timestamptz not null,
  foreign key (insured_id, claim_id) references settlement.claim
);
create index claim_decision_paper_of_claim on settlement.claim_decision_paper (insured_id, claim_id);

do $security$
declare
  name text;
begin
  foreach name in array array['claim_payment_batch', 'claim_payment_row', 'claim_payment_result', 'claim_payment_return',
    'claim_recovery', 'claim_recovery_step', 'claim_decision_paper']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
  end loop;
  -- Who sees a claim sees what was paid for it.
  foreach name in array array['claim_payment_row', 'claim_recovery', 'claim_recovery_step', 'claim_decision_paper']
  loop
    execute format($policy$create policy with_claim on settlement.%1$I for select to {{settlement.reader}} using (
      exists (select from settlement.claim c where c.insured_id = %1$I.insured_id and c.id = %1$I.claim_id))$policy$, name);
  end loop;
  -- Files and answers of the bank are the bureau's.
  foreach name in array array['claim_payment_batch', 'claim_payment_result', 'claim_payment_return']
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
grant select on settlement.claim_payment_batch, settlement.claim_payment_row, settlement.claim_payment_result,
  settlement.claim_payment_return, settlement.claim_recovery, settlement.claim_recovery_step, settlement.claim_decision_paper
  to {{settlement.reader}};
grant update (state) on settlement.claim_payment_batch to {{settlement.writer}};
grant update (state, reason, bank_reference, answered_at) on settlement.claim_payment_row to {{settlement.writer}};
grant update (state, reason, decided_by, decided_at) on settlement.claim_payment_return to {{settlement.writer}};
grant update (settled) on settlement.claim_recovery to {{settlement.writer}};

alter table settlement.clearing_posting drop constraint kind_is_known, add constraint kind_is_known check (kind in
  ('DEDUCTION', 'DIFFERENCE', 'DUE', 'CLAIM', 'DEPOSIT', 'RELEASE', 'RESCORED', 'DECISION', 'SENT', 'PAID', 'REJECTED', 'RETURNED',
    'POOL_PAID', 'POOL_RECEIVED', 'PROVINCE_DEDUCTION', 'PROVINCE_PREFUND', 'PROVINCE_PREFUND_BACK', 'PROVINCE_PAID',
    'PROVINCE_RECEIVED', 'CLAIM_SENT', 'CLAIM_PAID', 'CLAIM_REJECTED', 'CLAIM_RETURNED', 'CLAIM_OWED_BACK', 'CLAIM_SET_OFF',
    'CLAIM_RECEIVED')),
  drop constraint pools_pay_without_an_institution, add constraint only_institutions_are_named check (
    (institution is null) = (starts_with(kind, 'POOL_') or starts_with(kind, 'PROVINCE_') or starts_with(kind, 'CLAIM_')));
-- What persons have to give back to a pool is its bureau's to know.
create policy owed_back_of_claims_read on settlement.ledger_day for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff' and account = 'receivable:claim:' || current_setting('yibao.pool', true));
create policy owed_back_of_claims_read on settlement.ledger_entry for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff' and account = 'receivable:claim:' || current_setting('yibao.pool', true));
