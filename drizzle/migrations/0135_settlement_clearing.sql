-- Monthly clearing with institutions: what they declare of a month, what is deducted and kept back of it, and what is paid.

-- One declaration of an institution. Settlements are collected in short transactions; whoever comes next goes on after
-- `after_id`. `pool`: staff of one bureau declared what it clears only. `before_id`: the first id after the month.
create table settlement.clearing_run (
  id uuid primary key,
  institution text not null,
  pool text,
  month text not null constraint month_is_one check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  state text not null constraint state_is_known check (state in ('COLLECTING', 'DONE')),
  declared_by text not null,
  declared_on date not null,
  declared_at timestamptz not null,
  before_id uuid not null,
  after_id uuid not null
);
-- One at a time: two would share the settlements out between them.
create unique index one_run_at_a_time on settlement.clearing_run (institution) where state = 'COLLECTING';

-- What an institution declares of a month, per bureau that clears and pays (`pool`), pool whose fund bears it
-- (`insured_pool`, the same for bills at home), insurance and clearing type (3203), and what becomes of it. `fund` is what funds pay, `account` what personal accounts and those of relatives pay, passed on as it is.
create table settlement.monthly_statement (
  id uuid primary key,
  run_id uuid not null references settlement.clearing_run,
  institution text not null,
  pool text not null,
  insured_pool text not null,
  insurance_type text not null,
  clearing_type text not null,
  month text not null constraint month_is_one check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  declared_by text not null,
  declared_on date not null,
  declared_at timestamptz not null,
  state text not null constraint state_is_known check (state in
    ('COLLECTING', 'DECLARED', 'CHECKING', 'CHECKED', 'CONFIRMED', 'PAYING', 'PAID', 'WITHDRAWN')),
  settlements integer not null,
  reversals integer not null,
  late integer not null,
  total bigint not null,
  in_scope bigint not null,
  fund bigint not null,
  account bigint not null,
  cash bigint not null,
  deducted bigint not null,
  deposit_ratio integer not null constraint ratio_is_a_ratio check (deposit_ratio between 0 and 1000),
  deposit bigint not null,
  difference bigint not null,
  payable bigint not null,
  transfer bigint not null,
  check_started_at timestamptz,
  checked_at timestamptz,
  appeal_until date,
  confirmed_at timestamptz,
  due_on date,
  paid_at timestamptz,
  withdrawn_at timestamptz,
  -- The release by which the deposit went back.
  release_id uuid,
  constraint payable_is_what_is_left check (payable = fund - deducted - deposit + difference),
  constraint account_is_passed_on check (transfer = payable + account),
  -- Half up to the fen, in integers: division cuts, so half is added first.
  constraint deposit_is_its_ratio check (
    deposit = sign(fund - deducted)::bigint * ((abs(fund - deducted) * deposit_ratio + 5000) / 10000)),
  constraint confirmed_is_due check ((confirmed_at is null) = (due_on is null)),
  constraint paid_after_it_was_confirmed check (paid_at is null or confirmed_at is not null)
);
create unique index one_declaration_a_day on settlement.monthly_statement
  (institution, pool, insured_pool, insurance_type, clearing_type, month, declared_on);
create unique index one_statement_of_a_run on settlement.monthly_statement
  (run_id, pool, insured_pool, insurance_type, clearing_type);
create index statement_of_institution on settlement.monthly_statement (institution, id);
create index statement_of_pool on settlement.monthly_statement (pool, id);
create index statement_of_other_pool on settlement.monthly_statement (insured_pool, id) where pool <> insured_pool;
create index statement_due on settlement.monthly_statement (pool, due_on) where state in ('CONFIRMED', 'PAYING');

-- In which statement a settlement stands: in one, by the key. `month` is its own, which is earlier than that of the
-- statement when it became visible or was reconciled late.
create table settlement.clearing_item (
  insured_id uuid not null,
  settlement_id uuid not null,
  statement_id uuid not null references settlement.monthly_statement,
  institution text not null,
  pool text not null,
  insured_pool text not null,
  month text not null,
  reversal boolean not null,
  late boolean not null,
  total bigint not null,
  in_scope bigint not null,
  fund bigint not null,
  account bigint not null,
  cash bigint not null,
  deducted bigint not null default 0,
  primary key (insured_id, settlement_id),
  constraint no_more_is_deducted_than_funds_pay check (deducted between 0 and greatest(fund, 0))
);
create index clearing_item_of_statement on settlement.clearing_item (statement_id, settlement_id);

-- What is deducted of a settlement, and, with a negative amount, the withdrawal of such a deduction. Append only but for
-- the statement: a withdrawal after the statement was confirmed waits for the next one.
create table settlement.deduction (
  id uuid primary key,
  statement_id uuid references settlement.monthly_statement,
  institution text not null,
  pool text not null,
  insured_pool text not null,
  insurance_type text not null,
  clearing_type text not null,
  insured_id uuid not null,
  settlement_id uuid not null,
  line smallint,
  amount bigint not null,
  reason text not null,
  words text not null,
  withdraws uuid unique references settlement.deduction,
  decided_by text not null,
  at timestamptz not null,
  constraint withdrawal_gives_back check (case when withdraws is null then amount > 0 else amount < 0 end)
);
create index deduction_of_statement on settlement.deduction (statement_id, id);
create index deduction_of_settlement on settlement.deduction (settlement_id);
create index deduction_waiting on settlement.deduction (institution) where statement_id is null;

-- What an institution says against a deduction, once, and what was decided.
create table settlement.deduction_appeal (
  deduction_id uuid primary key references settlement.deduction,
  statement_id uuid not null references settlement.monthly_statement,
  institution text not null,
  pool text not null,
  insured_pool text not null,
  words text not null,
  document text,
  appealed_by text not null,
  appealed_at timestamptz not null,
  state text not null constraint state_is_known check (state in ('OPEN', 'UPHELD', 'REJECTED')),
  answer text,
  decided_by text,
  decided_at timestamptz,
  constraint decided_with_an_answer check (
    (state = 'OPEN') = (answer is null) and (state = 'OPEN') = (decided_at is null))
);
create index appeal_of_statement on settlement.deduction_appeal (statement_id);

-- What the payment method (DRG, DIP, quota) makes more or less of a month than its settlements add up to, as a paper of
-- the pool says. A correction is an entry of its own that names the one it corrects.
create table settlement.method_difference (
  id uuid primary key,
  statement_id uuid references settlement.monthly_statement,
  institution text not null,
  pool text not null,
  insured_pool text not null,
  insurance_type text not null,
  clearing_type text not null,
  month text not null constraint month_is_one check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  method text not null,
  amount bigint not null constraint there_is_a_difference check (amount <> 0),
  source_number text not null,
  document text,
  corrects uuid unique references settlement.method_difference,
  imported_by text not null,
  at timestamptz not null
);
create unique index one_difference_of_a_month on settlement.method_difference
  (pool, insured_pool, institution, month, insurance_type, clearing_type, method) where corrects is null;
create unique index one_difference_of_a_paper on settlement.method_difference
  (pool, insured_pool, source_number, institution, month, insurance_type, clearing_type, method);
create index difference_of_statement on settlement.method_difference (statement_id);
create index difference_of_institution on settlement.method_difference (institution, id);

-- The ledger groups of clearing: balanced, in nobody's name (the person of an entry is the nil id), each in the books of
-- one pool. What they are made for is read off `kind` and `source`.
create table settlement.clearing_posting (
  group_id uuid primary key,
  kind text not null constraint kind_is_known check (kind in
    ('DEDUCTION', 'DIFFERENCE', 'DUE', 'CLAIM', 'DEPOSIT', 'RELEASE', 'SENT', 'PAID', 'REJECTED', 'POOL_PAID',
      'POOL_RECEIVED')),
  source uuid not null,
  pool text not null,
  -- None of it is about an institution once pools pay each other.
  institution text,
  amount bigint not null,
  at timestamptz not null,
  unique (kind, source),
  constraint pools_pay_without_an_institution check ((institution is null) = starts_with(kind, 'POOL_'))
);

do $security$
declare
  name text;
begin
  foreach name in array array['clearing_run', 'monthly_statement', 'clearing_item', 'deduction', 'deduction_appeal',
    'method_difference', 'clearing_posting']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
    execute format('grant select on settlement.%I to {{settlement.reader}}', name);
    execute format($policy$create policy those_concerned_read on settlement.%I for select to {{settlement.reader}} using (
      case current_setting('yibao.role', true)
        when 'institution' then institution = current_setting('yibao.institution', true)
        when 'staff' then pool = current_setting('yibao.pool', true)
        when 'auditor' then true
        else false
      end)$policy$, name);
  end loop;
  -- Whose funds bear what another bureau clears reads it as well, and decides nothing of it.
  foreach name in array array['monthly_statement', 'clearing_item', 'deduction', 'deduction_appeal', 'method_difference']
  loop
    execute format($policy$create policy who_bears_reads on settlement.%I for select to {{settlement.reader}} using (
      current_setting('yibao.role', true) = 'staff' and insured_pool = current_setting('yibao.pool', true))$policy$, name);
  end loop;
end
$security$;

grant update (state, after_id) on settlement.clearing_run to {{settlement.writer}};
grant update (state, settlements, reversals, late, total, in_scope, fund, account, cash, deducted, deposit_ratio, deposit,
  difference, payable, transfer, check_started_at, checked_at, appeal_until, confirmed_at, due_on, paid_at, withdrawn_at,
  release_id) on settlement.monthly_statement to {{settlement.writer}};
grant update (deducted), delete on settlement.clearing_item to {{settlement.writer}};
grant update (statement_id) on settlement.deduction to {{settlement.writer}};
grant update (statement_id) on settlement.method_difference to {{settlement.writer}};
grant update (state, answer, decided_by, decided_at) on settlement.deduction_appeal to {{settlement.writer}};

-- Accounts of clearing: deposit:institution:<code>:<pool> (kept back of an institution), transit:<pool> (sent to the
-- bank, not answered yet), bank:<pool> (paid by the bank), due:<pool>:<other> and claim:<pool>:<other> (what a pool owes
-- another, and is owed). Beside the rules there are.
create policy clearing_read on settlement.ledger_day for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then starts_with(account, 'deposit:institution:' || current_setting('yibao.institution', true) || ':')
    when 'staff' then pool = current_setting('yibao.pool', true) and kind in ('deposit', 'transit', 'bank', 'due', 'claim')
    else false
  end);
create policy clearing_read on settlement.ledger_entry for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then starts_with(account, 'deposit:institution:' || current_setting('yibao.institution', true) || ':')
    when 'staff' then exists (select from settlement.clearing_posting p where p.group_id = ledger_entry.group_id)
    else false
  end);
