-- Who a person is, for the agency of another province that is asked to certify a filing of theirs.
create view insured.sealed_identity_v1 as
select p.insured_id, p.name, i.number_sealed
from insured.person p join insured.identity i on i.insured_id = p.insured_id;
comment on view insured.sealed_identity_v1 is
  'Name and sealed identity number of a person; schema/secrets.ts opens it for the insured_id it was sealed for.';
grant select on insured.sealed_identity_v1 to {{cross_province.writer}};
