-- Settlement: what was registered, prescribed, ordered and paid for relatives under a record that was merged into another
-- is in the sight of the person.

do $rows$
declare
  name text;
begin
  foreach name in array array['visit', 'prescription', 'online_order', 'mutual_aid']
  loop
    execute format($policy$
      create policy of_merged_records on settlement.%I for select to {{settlement.reader}} using (
        current_setting('yibao.role', true) = 'person'
        and insured_id in (
          select a.insured_id from settlement.person_alias a
          where a.survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
        ))$policy$, name);
  end loop;
end
$rows$;
-- As a sponsor too.
create policy of_merged_sponsors on settlement.mutual_aid for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'person'
  and sponsor_id in (
    select a.insured_id from settlement.person_alias a
    where a.survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
  )
);
