-- Insured: a month counts while something is due for it and something was paid, all bills and corrections of one payer
-- together. Who was taken out of what an employer has declared, or was never to be billed, has not paid for it.

-- Grouped by the person first, so that each branch still finds its rows by an index.
create or replace view insured.contribution_month_v1 as
select p.insured_id, p.pool, p.insurance_type, m.month::date as month
from (
  select o.insured_id, o.pool, o.insurance_type, o.period
  from (
    select b.insured_id, b.pool, b.insurance_type, b.period, b.employer, b.kind, b.paid_at,
      b.employer_share + b.person_share + b.government_share as amount
    from insured.contribution_bill b where b.replaced_by is null
    union all
    select a.survivor_id, b.pool, b.insurance_type, b.period, b.employer, b.kind, b.paid_at,
      b.employer_share + b.person_share + b.government_share
    from insured.person_alias a join insured.contribution_bill b on b.insured_id = a.insured_id
    where b.replaced_by is null) o
  group by o.insured_id, o.pool, o.insurance_type, o.period, coalesce(o.employer, '')
  having bool_or(o.kind = 'RETIRED')
    or (sum(o.amount) > 0 and coalesce(sum(o.amount) filter (where o.paid_at is not null), 0) > 0)) p
cross join lateral generate_series(
  to_date(case length(p.period) when 4 then p.period || '-01' else p.period end, 'YYYY-MM')::timestamp,
  to_date(case length(p.period) when 4 then p.period || '-12' else p.period end, 'YYYY-MM')::timestamp,
  interval '1 month') as m (month);
comment on view insured.contribution_month_v1 is
  'Months whose contribution is paid, as their first day; a year counts as its twelve months, also those to come. One that '
  'corrections lower to nothing is not here. The months of the retired are here without payment.';
