-- Settlement: what a personal account holds goes with its person into another pool. Which pool keeps an account stands in
-- `account.pool`; what one gives the other is owed between them, by entries in the books of each.

-- That a person's insurance goes on in another pool, as insured has said; from a day on, which may be still to come.
create table settlement.account_transfer (
  event_id uuid primary key,
  insured_id uuid not null,
  pool text not null,
  from_day date not null,
  -- When the accounts were moved.
  moved_at timestamptz,
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$')
);
create index account_transfer_to_move on settlement.account_transfer (from_day) where moved_at is null;

-- What was moved. Append only. `group_id`: in the books of the pool it leaves; `into_group_id`: of the other.
create table settlement.transferred_account (
  event_id uuid not null references settlement.account_transfer,
  insured_id uuid not null,
  kind text not null constraint kind_is_known check (kind in ('CURRENT', 'HISTORY')),
  from_pool text not null,
  pool text not null,
  amount bigint not null constraint nothing_less_moves check (amount >= 0),
  group_id uuid not null,
  into_group_id uuid not null,
  at timestamptz not null,
  primary key (event_id, kind),
  constraint between_two_pools check (from_pool <> pool)
);
create index transferred_account_of on settlement.transferred_account (insured_id, kind, into_group_id);
create index transferred_account_between on settlement.transferred_account (from_pool, pool);

do $rows$
declare
  name text;
begin
  foreach name in array array['account_transfer', 'transferred_account']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
  end loop;
end
$rows$;
grant update (moved_at) on settlement.account_transfer to {{settlement.writer}};
grant update (pool) on settlement.account to {{settlement.writer}};
