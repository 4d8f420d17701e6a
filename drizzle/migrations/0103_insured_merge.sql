-- Insured: two records of one person made one. Nothing is removed: the old record leads to the one that goes on.

create table insured.person_alias (
  -- The record that was given up.
  insured_id uuid primary key references insured.person,
  -- The record it was merged into, and the one that goes on today, when that was merged again.
  into_id uuid not null references insured.person,
  survivor_id uuid not null references insured.person,
  pool char(6) not null,
  reason text not null,
  merged_by text not null,
  merged_at timestamptz not null,
  constraint nobody_is_merged_into_themself check (insured_id not in (into_id, survivor_id)),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$')
);
create index alias_of_survivor on insured.person_alias (survivor_id);
alter table insured.person_alias enable row level security, force row level security;
create policy owner_all on insured.person_alias to {{insured.owner}} using (true);
create policy writer_all on insured.person_alias to {{insured.writer}} using (true);
grant select on insured.person_alias to {{insured.reader}};
grant update (survivor_id) on insured.person_alias to {{insured.writer}};
-- Whoever sees the person that goes on sees what was merged into them.
create policy reader_person_alias on insured.person_alias for select to {{insured.reader}} using (
  exists (select from insured.person p where p.insured_id = person_alias.survivor_id)
);

-- What leads to a person leads to the one that goes on.
grant update (insured_id) on insured.credential, insured.identity_hash, insured.person_number to {{insured.writer}};
