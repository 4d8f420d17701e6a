-- Who is in hospital now, or discharged and not settled: a filing such a stay rests on is not cancelled under it.

create view settlement.open_stay_v1 as
select insured_id, institution, visit, admitted_at from settlement.visit
where insured_id is not null and care_kind = 'INPATIENT' and state in ('OPEN', 'DISCHARGED');
comment on view settlement.open_stay_v1 is
  'One row per stay that is not settled. Digits two to seven of institution are its division.';
grant select on settlement.open_stay_v1 to {{cross_province.writer}};
