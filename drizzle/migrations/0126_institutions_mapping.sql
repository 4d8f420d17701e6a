-- Which national code an institution's own code stands for, from a day to a day. A row never changes: whoever corrects one
-- withdraws it and adds another, so what was said when stays readable. A row without a national code is on the list of
-- what the institution sells or does, and not mapped yet.
create table institutions.mapping (
  id uuid primary key,
  institution char(12) not null references institutions.institution,
  own_code text not null,
  begin_on date not null,
  end_on date,
  code text,
  list_type char(3),
  name text not null,
  approval_number text,
  dosage_form text,
  specification text,
  pack text,
  unit text,
  note text,
  added_at timestamptz not null,
  withdrawn_at timestamptz,
  constraint mapping_ends_after_it_begins check (end_on >= begin_on),
  constraint list_type_is_of_a_code check ((code is null) = (list_type is null))
);
create unique index mapping_in_force on institutions.mapping (institution, own_code, begin_on)
  where withdrawn_at is null;
create index mapping_of_code on institutions.mapping (institution, code) where withdrawn_at is null;
create index mapping_history on institutions.mapping (institution, own_code, id);

-- Which own codes stood in bills and uploads, under which national code, and when last. Gathered from what settlement
-- publishes, so that nobody has to look through all bills.
create table institutions.own_code_use (
  institution char(12) not null,
  own_code text not null,
  code text not null,
  last_used_on date not null,
  primary key (institution, own_code, code)
);
create index own_code_use_by_day on institutions.own_code_use (institution, last_used_on);

-- How far the gathering has come: one row.
create table institutions.own_code_mark (
  id boolean primary key default true,
  until timestamptz not null,
  constraint there_is_one check (id)
);

grant update (withdrawn_at) on institutions.mapping to {{institutions.writer}};
grant update (last_used_on) on institutions.own_code_use to {{institutions.writer}};
grant update (until) on institutions.own_code_mark to {{institutions.writer}};
grant select on institutions.mapping, institutions.own_code_use to {{institutions.reader}};

do $security$
declare
  name text;
begin
  foreach name in array array['mapping', 'own_code_use', 'own_code_mark']
  loop
    execute format('alter table institutions.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on institutions.%I to {{institutions.owner}} using (true)', name);
    execute format('create policy writer_all on institutions.%I to {{institutions.writer}} using (true)', name);
  end loop;
  foreach name in array array['mapping', 'own_code_use']
  loop
    -- A bureau sees those of the institutions its pool has or had an agreement with.
    execute format($policy$
      create policy those_concerned_read on institutions.%I for select to {{institutions.reader}} using (
        case current_setting('yibao.role', true)
          when 'institution' then institution = current_setting('yibao.institution', true)
          when 'staff' then exists (select from institutions.agreement a
            where a.institution = %1$I.institution and a.pool = current_setting('yibao.pool', true))
          when 'auditor' then true
          else false
        end)$policy$, name);
  end loop;
end
$security$;

-- Takes what an institution says of its own codes: a key that is new is added, one that says something else now is
-- withdrawn and added again, one that says the same stays. Answers what changed; a corrected key is answered twice.
create function institutions.put_mappings(whose char(12), given json, at timestamptz)
returns table (own_code text, begin_on date, outcome text)
language plpgsql set search_path = pg_catalog, pg_temp
as $put_mappings$
begin
  return query
  with said as (select * from json_to_recordset(given) as s (own_code text, begin_on date, end_on date, code text,
    list_type char(3), name text, approval_number text, dosage_form text, specification text, pack text, unit text,
    note text)),
  withdrawn as (
    update institutions.mapping m set withdrawn_at = at from said s
    where m.institution = whose and m.own_code = s.own_code and m.begin_on = s.begin_on and m.withdrawn_at is null
      and (m.end_on, m.code, m.list_type, m.name, m.approval_number, m.dosage_form, m.specification, m.pack, m.unit, m.note)
        is distinct from (s.end_on, s.code, s.list_type, s.name, s.approval_number, s.dosage_form, s.specification, s.pack,
          s.unit, s.note)
    returning m.own_code, m.begin_on)
  select w.own_code, w.begin_on, 'CHANGED' from withdrawn w;

  return query
  with said as (select * from json_to_recordset(given) as s (own_code text, begin_on date, end_on date, code text,
    list_type char(3), name text, approval_number text, dosage_form text, specification text, pack text, unit text,
    note text)),
  added as (
    insert into institutions.mapping as m (id, institution, own_code, begin_on, end_on, code, list_type, name,
      approval_number, dosage_form, specification, pack, unit, note, added_at)
    select gen_random_uuid(), whose, s.own_code, s.begin_on, s.end_on, s.code, s.list_type, s.name, s.approval_number,
      s.dosage_form, s.specification, s.pack, s.unit, s.note, at
    from said s where not exists (select from institutions.mapping k where k.institution = whose
      and k.own_code = s.own_code and k.begin_on = s.begin_on and k.withdrawn_at is null)
    returning m.own_code, m.begin_on)
  select a.own_code, a.begin_on, 'ADDED' from added a;
end
$put_mappings$;
revoke all on function institutions.put_mappings(char, json, timestamptz) from public;
grant execute on function institutions.put_mappings(char, json, timestamptz) to {{institutions.writer}};
