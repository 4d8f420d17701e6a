-- Bills of institutions in other provinces: what the platform there says of the institution, as its registry had it on the
-- day of the bill. No subgraph here knows such an institution by its code. Append only.
create table settlement.institution_elsewhere (
  settlement_id uuid not null,
  insured_id uuid not null,
  name text not null,
  kind text not null constraint kind_is_known check (kind in ('HOSPITAL', 'PHARMACY')),
  level text not null constraint level_is_known check (level in ('LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY')),
  -- Pool there under whose agreement the person was treated.
  pool text not null,
  primary key (settlement_id, insured_id)
);
alter table settlement.institution_elsewhere enable row level security, force row level security;
create policy owner_all on settlement.institution_elsewhere to {{settlement.owner}} using (true);
create policy writer_all on settlement.institution_elsewhere to {{settlement.writer}} using (true);
grant select on settlement.institution_elsewhere to {{settlement.reader}};
create policy with_settlement on settlement.institution_elsewhere for select to {{settlement.reader}} using (
  exists (select from settlement.settlement s
    where s.id = institution_elsewhere.settlement_id and s.insured_id = institution_elsewhere.insured_id));
