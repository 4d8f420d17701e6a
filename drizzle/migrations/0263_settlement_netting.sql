-- Monthly net clearing between provinces (跨省清算): what the province of treatment is owed up to the end of a month, line by
-- line, as a statement both platforms have under one id; and the payment that settles statements of both directions at once.
create table settlement.net_statement (
  id uuid primary key,
  province char(2) not null constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  -- PLACE: this province is owed; HOME: it owes.
  side text not null constraint side_is_known check (side in ('PLACE', 'HOME')),
  month text not null constraint month_is_one check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  -- ARRIVING: not all of its lines are here yet.
  state text not null constraint state_is_known check (state in ('ARRIVING', 'DECLARED', 'CONFIRMED', 'PAID', 'RECEIVED')),
  count integer not null,
  amount bigint not null,
  due_on date,
  constraint due_once_confirmed check ((due_on is null) = (state in ('ARRIVING', 'DECLARED')))
);
create index net_statement_of_province on settlement.net_statement (province, id);

-- In which statement a bill, a reversal or a deduction stands: in one, by the key, which is the same on both platforms: the
-- exchange, or the id of the deduction. `pool`: the pool here that is owed or owes. `disputed`: why home does not agree;
-- such a line leaves the statement when it is confirmed.
create table settlement.net_item (
  item uuid primary key,
  statement_id uuid not null references settlement.net_statement,
  kind text not null constraint kind_is_known check (kind in ('BILL', 'REVERSAL', 'DEDUCTION')),
  pool text,
  amount bigint not null,
  disputed text
);
create index net_item_of_statement on settlement.net_item (statement_id, item);

-- What left a statement, or never came to stand in it, and why. Append only.
create table settlement.net_dispute (
  statement_id uuid not null references settlement.net_statement,
  item uuid not null,
  kind text not null,
  amount bigint not null,
  words text not null,
  primary key (statement_id, item)
);

-- How a statement came to its state. Append only.
create table settlement.net_step (
  statement_id uuid not null references settlement.net_statement,
  number smallint not null constraint number_starts_at_one check (number > 0),
  state text not null,
  caller text not null,
  at timestamptz not null,
  primary key (statement_id, number)
);

-- A payment of statements of both directions: `amount` is what is left, from the payer to the receiver.
create table settlement.net_payment (
  id uuid primary key,
  province char(2) not null constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  side text not null constraint side_is_known check (side in ('PAYER', 'RECEIVER')),
  state text not null constraint state_is_known check (state in ('PAID', 'RECEIVED')),
  -- The bureau that speaks for the province here; null until it has done something.
  pool text,
  amount bigint not null constraint never_less_than_nothing check (amount >= 0),
  bank_reference text not null,
  paid_on date not null
);
create index net_payment_of_province on settlement.net_payment (province, id);
create table settlement.net_payment_part (
  statement_id uuid primary key references settlement.net_statement,
  payment_id uuid not null references settlement.net_payment
);
create index net_payment_part_of_payment on settlement.net_payment_part (payment_id);

do $security$
declare
  name text;
begin
  foreach name in array array['net_statement', 'net_item', 'net_dispute', 'net_step', 'net_payment', 'net_payment_part']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
    execute format('grant select on settlement.%I to {{settlement.reader}}', name);
    execute format($policy$create policy the_province_reads on settlement.%I for select to {{settlement.reader}} using (
      case current_setting('yibao.role', true)
        when 'staff' then right(current_setting('yibao.pool', true), 4) = '9900'
        when 'auditor' then true
        else false
      end)$policy$, name);
  end loop;
end
$security$;

grant update (state, count, amount, due_on) on settlement.net_statement to {{settlement.writer}};
grant update (pool, disputed), delete on settlement.net_item to {{settlement.writer}};
grant update (state, pool) on settlement.net_payment to {{settlement.writer}};
