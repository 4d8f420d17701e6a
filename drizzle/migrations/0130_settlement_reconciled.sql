-- Which settlements an institution and the platform agree on: the run that found them equal. Only these may be declared
-- for clearing. Append only; what was agreed on once stays so, because neither side's settlement can change any more.
create table settlement.reconciled (
  insured_id uuid not null,
  settlement_id uuid not null,
  institution text not null,
  run_id uuid not null,
  at timestamptz not null,
  primary key (insured_id, settlement_id)
);
-- What an institution may declare of a period: the id is the time.
create index reconciled_of_institution on settlement.reconciled (institution, settlement_id);

grant select on settlement.reconciled to {{settlement.reader}};
alter table settlement.reconciled enable row level security, force row level security;
create policy owner_all on settlement.reconciled to {{settlement.owner}} using (true);
create policy writer_all on settlement.reconciled to {{settlement.writer}} using (true);
create policy with_settlement on settlement.reconciled for select to {{settlement.reader}} using (
  exists (select from settlement.settlement s
    where s.id = reconciled.settlement_id and s.insured_id = reconciled.insured_id));
