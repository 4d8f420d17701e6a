-- Filings and referrals of a record that was merged, and who read them, are in the sight of the person.

create policy of_merged_records on cross_province.filing for select to {{cross_province.reader}} using (
  current_setting('yibao.role', true) = 'person'
  and insured_id in (select insured.records_v1(nullif(current_setting('yibao.insured', true), '')::uuid))
);
create policy of_merged_records on cross_province.referral for select to {{cross_province.reader}} using (
  current_setting('yibao.role', true) = 'person'
  and insured_id in (select insured.records_v1(nullif(current_setting('yibao.insured', true), '')::uuid))
);
create policy of_merged_records on cross_province.access_log for select to {{cross_province.reader}} using (
  current_setting('yibao.role', true) = 'person'
  and subject in (select insured.records_v1(nullif(current_setting('yibao.insured', true), '')::uuid))
);
