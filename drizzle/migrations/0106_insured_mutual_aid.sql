-- A premium may be paid from a relative's account for some relations only; the binding says which it is.
create or replace view insured.mutual_aid_v1 as
select binding_id, insured_id as beneficiary_id, sponsor_id, place, yearly_limit, begin_on, end_on, relation
from insured.mutual_aid where ended_at is null;
