-- What one pool owes another for persons treated there: declared by the bureau that has paid its hospitals, confirmed and
-- paid by the pool whose funds bear it.
create table settlement.pool_statement (
  id uuid primary key,
  creditor text not null,
  debtor text not null,
  insurance_type text not null,
  month text not null constraint month_is_one check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  state text not null constraint state_is_known check (state in
    ('DECLARED', 'CONFIRMED', 'PAID', 'RECEIVED', 'DISPUTED', 'WITHDRAWN')),
  statements integer not null constraint there_are_statements check (statements > 0),
  settlements integer not null,
  reversals integer not null,
  fund bigint not null,
  account bigint not null,
  deducted bigint not null,
  difference bigint not null,
  amount bigint not null,
  declared_on date not null,
  due_on date not null,
  bank_reference text,
  paid_on date,
  constraint between_two_pools check (creditor <> debtor),
  constraint nothing_is_lost check (amount = fund + account - deducted + difference),
  constraint never_less_than_nothing check (amount >= 0),
  constraint paid_with_a_reference check ((bank_reference is null) = (paid_on is null))
);
create index pool_statement_of_creditor on settlement.pool_statement (creditor, id);
create index pool_statement_of_debtor on settlement.pool_statement (debtor, id);

-- In which of them a monthly statement stands: in one, by the key. `amount`: what the hospital gets and what is kept back
-- of it.
create table settlement.pool_statement_item (
  statement_id uuid primary key references settlement.monthly_statement,
  pool_statement_id uuid not null references settlement.pool_statement,
  creditor text not null,
  debtor text not null,
  amount bigint not null
);
create index item_of_pool_statement on settlement.pool_statement_item (pool_statement_id, statement_id);

-- How it came to its state: who, when, and in what words. Append only. `disputed`: the statements a dispute is about.
create table settlement.pool_statement_step (
  pool_statement_id uuid not null references settlement.pool_statement,
  number smallint not null constraint number_starts_at_one check (number > 0),
  creditor text not null,
  debtor text not null,
  state text not null,
  caller text not null,
  at timestamptz not null,
  words text,
  disputed uuid[] not null,
  primary key (pool_statement_id, number)
);

-- What may be declared to another pool, found without looking through those of the pool's own persons.
create index statement_between_pools on settlement.monthly_statement (pool, insured_pool, month)
  where pool <> insured_pool and confirmed_at is not null;

-- What the books of two pools say of each other is read off these alone.
create index posting_between_pools on settlement.clearing_posting (pool, kind)
  where kind in ('DUE', 'CLAIM', 'POOL_PAID', 'POOL_RECEIVED');

do $security$
declare
  name text;
begin
  foreach name in array array['pool_statement', 'pool_statement_item', 'pool_statement_step']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
    execute format('grant select on settlement.%I to {{settlement.reader}}', name);
    execute format($policy$create policy both_pools_read on settlement.%I for select to {{settlement.reader}} using (
      case current_setting('yibao.role', true)
        when 'staff' then current_setting('yibao.pool', true) in (creditor, debtor)
        when 'auditor' then true
        else false
      end)$policy$, name);
  end loop;
end
$security$;

grant update (state, bank_reference, paid_on) on settlement.pool_statement to {{settlement.writer}};
grant delete on settlement.pool_statement_item to {{settlement.writer}};
