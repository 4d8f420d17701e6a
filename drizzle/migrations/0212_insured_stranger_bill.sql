-- Insured: a bill somebody else made for a person, by number and name. Nobody is in arrears for it, and until it is paid
-- the person, or where they stand a bank or counter, may still choose base and account; then it is theirs.
alter table insured.contribution_bill add column by_stranger boolean not null default false;
grant update (base, employer_share, person_share, government_share, credit, rule, by_stranger)
  on insured.contribution_bill to {{insured.writer}};

create function insured.refuse_changed_bill() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception 'a bill is changed only while it is a stranger''s and not paid' using errcode = '42501';
end
$$;
create trigger only_a_strangers_bill_changes
  before update of base, employer_share, person_share, government_share, credit, rule, by_stranger
  on insured.contribution_bill for each row
  when (not old.by_stranger or old.paid_at is not null or new.by_stranger)
  execute function insured.refuse_changed_bill();
