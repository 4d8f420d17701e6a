-- Insured: where somebody chose to be treated, maternity, certificates, records of rights, documents, messages and
-- bindings stay under the record they were made for, and are seen by the person it was merged into.

do $rows$
declare
  name text;
begin
  foreach name in array array['chosen_institution', 'maternity_registration', 'no_card_certificate', 'rights_record',
    'document', 'message', 'mutual_aid']
  loop
    execute format($policy$
      create policy of_merged_records on insured.%I for select to {{insured.reader}} using (
        current_setting('yibao.role', true) = 'person'
        and insured_id in (
          select a.insured_id from insured.person_alias a
          where a.survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
        ))$policy$, name);
  end loop;
  -- What an institution sees of whoever showed it a credential today.
  foreach name in array array['chosen_institution', 'maternity_registration']
  loop
    execute format($policy$
      create policy of_merged_shown on insured.%I for select to {{insured.reader}} using (
        current_setting('yibao.role', true) = 'institution'
        and insured_id in (
          select a.insured_id from insured.person_alias a
          join insured.presence p on p.insured_id = a.survivor_id
          where p.institution = current_setting('yibao.institution', true) and p.day = insured.today()
        ))$policy$, name);
  end loop;
end
$rows$;

-- What they brought themself, and what their account promised to others.
create policy of_merged_uploaders on insured.document for select to {{insured.reader}} using (
  current_setting('yibao.role', true) = 'person'
  and uploaded_by in (
    select 'person:' || a.insured_id from insured.person_alias a
    where a.survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
  )
);
create policy of_merged_sponsors on insured.mutual_aid for select to {{insured.reader}} using (
  current_setting('yibao.role', true) = 'person'
  and sponsor_id in (
    select a.insured_id from insured.person_alias a
    where a.survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
  )
);

-- The code of a certificate that nobody has used yet shows the record that goes on.
grant update (insured_id) on insured.voucher to {{insured.writer}};
