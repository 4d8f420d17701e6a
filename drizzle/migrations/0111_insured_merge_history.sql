-- What was paid, declared and disputed under a record that was merged into another counts for, and is seen by, the person.

-- Two branches, so that each finds its rows by an index.
create or replace view insured.contribution_month_v1 as
select b.insured_id, b.pool, b.insurance_type, m.month::date as month
from insured.contribution_bill b
cross join lateral generate_series(
  to_date(case length(b.period) when 4 then b.period || '-01' else b.period end, 'YYYY-MM')::timestamp,
  to_date(case length(b.period) when 4 then b.period || '-12' else b.period end, 'YYYY-MM')::timestamp,
  interval '1 month') as m (month)
where b.sequence = 0 and b.paid_at is not null
union all
select a.survivor_id, b.pool, b.insurance_type, m.month::date
from insured.person_alias a join insured.contribution_bill b on b.insured_id = a.insured_id
cross join lateral generate_series(
  to_date(case length(b.period) when 4 then b.period || '-01' else b.period end, 'YYYY-MM')::timestamp,
  to_date(case length(b.period) when 4 then b.period || '-12' else b.period end, 'YYYY-MM')::timestamp,
  interval '1 month') as m (month)
where b.sequence = 0 and b.paid_at is not null;

do $rows$
declare
  name text;
begin
  foreach name in array array['contribution_bill', 'contribution_receipt', 'contribution_certificate', 'declaration_line',
    'accounting_voucher', 'dispute']
  loop
    execute format($policy$
      create policy of_merged_records on insured.%I for select to {{insured.reader}} using (
        current_setting('yibao.role', true) = 'person'
        and insured_id in (
          select a.insured_id from insured.person_alias a
          where a.survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
        ))$policy$, name);
  end loop;
end
$rows$;
