-- Stays elsewhere of a record that was merged are in the sight of the person.

create policy of_merged_records on cross_province.stay_elsewhere for select to {{cross_province.reader}} using (
  current_setting('yibao.role', true) = 'person'
  and insured_id in (select insured.records_v1(nullif(current_setting('yibao.insured', true), '')::uuid))
);
