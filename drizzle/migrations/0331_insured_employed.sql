-- Through which employer somebody is insured: a claim may need its certificate.
create view insured.employed_v1 as
select e.insured_id, e.pool, e.insurance_type, e.employer, e.begin_on, e.end_on
from insured.enrolment e where e.employer is not null and e.voided_at is null;
comment on view insured.employed_v1 is
  'Enrolments through an employer, by its unified social credit code. From begin_on to end_on, both included.';
grant select on insured.employed_v1 to {{settlement.writer}};
