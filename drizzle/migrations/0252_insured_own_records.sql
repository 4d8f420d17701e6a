-- The readings of a record that was merged are the person's to know.
create policy of_merged_records on insured.access_log for select to {{insured.reader}} using (
  current_setting('yibao.role', true) = 'person'
  and subject in (
    select a.insured_id from insured.person_alias a
    where a.survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
  )
);

-- The ids under which something of a person may be kept: theirs, and those of the records that were merged into it. For
-- row rules of schemas that keep no list of merges of their own.
create function insured.records_v1(person uuid) returns setof uuid
language sql stable security definer rows 2 set search_path = '' as $$
  select person union all select a.insured_id from insured.person_alias a where a.survivor_id = person
$$;
revoke all on function insured.records_v1 from public;
-- The owner writes row rules by it, the reader is asked by them.
grant usage on schema insured to {{cross_province.owner}}, {{cross_province.reader}};
grant execute on function insured.records_v1
  to {{cross_province.owner}}, {{cross_province.reader}}, {{cross_province.writer}};
