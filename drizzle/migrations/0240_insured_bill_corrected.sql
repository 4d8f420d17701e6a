-- Insured: the bureau corrects the bill of who pays alone. A bill that is not paid is replaced by another and owed no longer;
-- of one that is paid the difference is a bill of its own, which is settled at once where it lowers what was paid.
alter table insured.contribution_bill
  add column replaced_by uuid,
  -- Why the bureau corrects, and who did it.
  add column reason text,
  add column made_by text,
  add constraint what_is_replaced_is_not_paid check (replaced_by is null or paid_at is null),
  add constraint only_a_correction_says_why check (reason is null or corrects is not null),
  add constraint who_corrects_says_why check ((reason is null) = (made_by is null));
grant update (replaced_by) on insured.contribution_bill to {{insured.writer}};

-- Each is corrected once, and then its correction is: of two who correct at the same moment one is told.
create unique index contribution_bill_corrected_once on insured.contribution_bill (insured_id, corrects)
  where employer is null and corrects is not null;

create function insured.refuse_second_replacement() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception 'a bill is replaced once' using errcode = '42501';
end
$$;
create trigger a_bill_is_replaced_once before update of replaced_by on insured.contribution_bill for each row
  when (old.replaced_by is not null and new.replaced_by is distinct from old.replaced_by)
  execute function insured.refuse_second_replacement();

create or replace view insured.contribution_bill_v1 as
select bill_id, insured_id, pool, insurance_type, period, kind, person_share + employer_share as amount, due_on,
  paid_at is not null as paid
from insured.contribution_bill where replaced_by is null;
comment on view insured.contribution_bill_v1 is
  'What is billed, in fen: amount is what has to be paid, without what the government gives. A negative one is owed back. '
  'What was replaced before it was paid is not here.';
