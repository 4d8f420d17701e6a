-- What was credited to personal accounts for contributions: once for each event that asks for it, whoever repeats it.
-- `group_id` names the ledger group. Append only.
create table settlement.credit (
  event_id uuid not null,
  insured_id uuid not null,
  kind text not null constraint kind_is_known check (kind in ('CURRENT', 'HISTORY')),
  pool text not null,
  amount bigint not null constraint something_is_credited check (amount > 0),
  group_id uuid not null,
  at timestamptz not null,
  primary key (event_id, insured_id)
);
alter table settlement.credit enable row level security, force row level security;
create policy owner_all on settlement.credit to {{settlement.owner}} using (true);
create policy writer_all on settlement.credit to {{settlement.writer}} using (true);
