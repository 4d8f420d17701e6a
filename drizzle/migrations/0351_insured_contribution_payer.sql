-- Who pays a bill of contributions: a question about it is asked by them or by the person.
create view insured.contribution_payer_v1 as
select b.bill_id, b.insured_id, b.pool, b.employer from insured.contribution_bill b;
comment on view insured.contribution_payer_v1 is
  'Whose every bill of contributions is, also one that was replaced; employer is null where the person pays alone.';
grant select on insured.contribution_payer_v1 to {{settlement.writer}};
