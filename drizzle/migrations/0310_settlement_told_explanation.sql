-- Why bills of persons insured in another province came out as they did: what their home has told, as it was told. Asked for
-- when somebody first wants to know, and kept, since it never changes. Read for who has seen the settlement.
create table settlement.told_explanation (
  settlement_id uuid primary key,
  insured_id uuid not null,
  told jsonb not null,
  at timestamptz not null
);
alter table settlement.told_explanation enable row level security, force row level security;
create policy owner_all on settlement.told_explanation to {{settlement.owner}} using (true);
create policy writer_all on settlement.told_explanation to {{settlement.writer}} using (true);
