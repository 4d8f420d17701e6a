-- The yearly record of a person's rights (Social Insurance Law, article 74: sent regularly and free of charge). What it
-- says is signed when it is issued and never changes; a later one of the same year stands beside it.
create table insured.rights_record (
  insured_id uuid not null references insured.person,
  record_id uuid not null,
  year smallint not null,
  occasion text not null,
  -- Hash over the canonical text, which is printed on the paper.
  sha256 bytea not null,
  -- The text, signed (compact JWS).
  signed text not null,
  issued_at timestamptz not null,
  primary key (insured_id, record_id),
  constraint year_is_one check (year between 2000 and 2200),
  constraint occasion_is_known check (occasion in ('SCHEDULE', 'DEMAND')),
  constraint hash_has_its_length check (octet_length(sha256) = 32)
);
-- On schedule a year is told once.
create unique index one_record_of_a_year_on_schedule on insured.rights_record (insured_id, year)
  where occasion = 'SCHEDULE';

-- Up to which person the records of a year are made.
create table insured.rights_record_run (
  year smallint primary key,
  after uuid not null,
  done boolean not null default false
);

do $rows$
declare
  name text;
begin
  foreach name in array array['rights_record', 'rights_record_run']
  loop
    execute format('alter table insured.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on insured.%I to {{insured.owner}} using (true)', name);
    execute format('create policy writer_all on insured.%I to {{insured.writer}} using (true)', name);
  end loop;
end
$rows$;
grant update on insured.rights_record_run to {{insured.writer}};
grant select on insured.rights_record to {{insured.reader}};
-- It tells of every pool and hospital the person was in, so no bureau sees it whole.
create policy reader_rights_record on insured.rights_record for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    else false
  end
);
