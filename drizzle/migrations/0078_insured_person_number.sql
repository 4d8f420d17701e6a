-- Whose a person number is, for a bill that is sent to a person's phone: no credential is shown for it.
create view insured.person_number_v1 as select person_number, insured_id from insured.person_number;
comment on view insured.person_number_v1 is 'The person a person number belongs to.';
grant select on insured.person_number_v1 to {{settlement.writer}};
