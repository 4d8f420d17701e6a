-- Stays opened here of persons whose pool lies in another province than the hospital: their home is told of them.

create view settlement.visit_elsewhere_v1 as
select id, institution, visit, version, insured_id, pool as insured_pool, care_type, department, diagnoses, admitted_at,
  discharged_at, discharge_way, state, changed_at
from settlement.visit
where care_kind = 'INPATIENT' and insured_id is not null and substr(pool, 1, 2) <> substr(institution, 2, 2);
comment on view settlement.visit_elsewhere_v1 is
  'One row per stay of a person insured in another province than they are treated in. version goes up with every change.';
grant select on settlement.visit_elsewhere_v1 to {{cross_province.writer}};
create index visit_elsewhere_changed on settlement.visit (changed_at)
  where care_kind = 'INPATIENT' and insured_id is not null and substr(pool, 1, 2) <> substr(institution, 2, 2);
