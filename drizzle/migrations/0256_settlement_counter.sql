-- What a person has used of deductibles and caps, for the answer to an inquiry from where they are treated.

create view settlement.counter_v1 as
select insured_id, pool, insurance_type, name, period, amount from settlement.counter;
comment on view settlement.counter_v1 is
  'One row per counter of a person; period is the benefit year, a quarter or month of it, or a visit.';
grant select on settlement.counter_v1 to {{insured.writer}};
