-- What happens to a personal account besides bills and contributions: premiums of relatives, the turn of the year.

-- A resident's premium paid from an account: the person's own or that of a bound relative. Append only; insured posts it
-- from the outbox, or says that it was paid meanwhile, and then it is given back.
create table settlement.premium (
  premium_id uuid not null,
  -- Whose account gives.
  insured_id uuid not null,
  bill_id uuid not null,
  beneficiary_id uuid not null,
  pool text not null,
  -- The pool of the account, and the year the amount counts against the promise in.
  account_pool text not null,
  year text not null,
  current bigint not null,
  history bigint not null,
  group_id uuid not null,
  at timestamptz not null,
  primary key (insured_id, premium_id),
  constraint parts_are_not_negative check (current >= 0 and history >= 0),
  constraint something_is_paid check (current + history > 0)
);
create index premium_of_bill on settlement.premium (bill_id);
create index premium_of_account on settlement.premium (insured_id, group_id);

create table settlement.premium_return (
  insured_id uuid not null,
  premium_id uuid not null,
  group_id uuid not null,
  at timestamptz not null,
  primary key (insured_id, premium_id),
  foreign key (insured_id, premium_id) references settlement.premium
);
create index premium_return_of_account on settlement.premium_return (insured_id, group_id);

-- The turn of a year in an account: what was left of the year goes to the years before, and interest is added.
create table settlement.account_year (
  insured_id uuid not null,
  year text not null,
  pool text not null,
  carried bigint not null,
  interest bigint not null,
  -- By which rate, in ten-thousandths, and what it was reckoned of: the average of the year to the fen.
  current_rate integer not null,
  current_average bigint not null,
  history_rate integer not null,
  history_average bigint not null,
  group_id uuid not null,
  at timestamptz not null,
  primary key (insured_id, year),
  constraint nothing_is_negative check (carried >= 0 and interest >= 0)
);
create index account_year_of_account on settlement.account_year (insured_id, group_id);

create index credit_of_account on settlement.credit (insured_id, group_id);

do $rows$
declare
  name text;
begin
  foreach name in array array['premium', 'premium_return', 'account_year']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
  end loop;
  foreach name in array array['premium', 'premium_return', 'account_year', 'credit', 'opening']
  loop
    execute format('grant select on settlement.%I to {{settlement.reader}}', name);
    -- The history of an account is its owner's.
    execute format($policy$
      create policy of_the_account on settlement.%I for select to {{settlement.reader}} using (
        case current_setting('yibao.role', true)
          when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
          when 'auditor' then true
          else false
        end)$policy$, name);
  end loop;
end
$rows$;

-- What accounts have paid for contributions is owed to the fund of the pool that bills them.
create policy contribution_read on settlement.ledger_day for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff'
  and account = 'payable:contribution:' || current_setting('yibao.pool', true));
create policy contribution_read on settlement.ledger_entry for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff'
  and account = 'payable:contribution:' || current_setting('yibao.pool', true));

-- Which bill a credit is for, and of which period.
alter table settlement.credit add column bill_id uuid, add column period text;
