-- Insured: the bills of a month are in order for each payer. What two employers declare of one person and month, or an
-- employer and the person pay, are bills of their own that correct nothing of each other.
do $unique$
declare
  name text;
begin
  select conname into strict name from pg_constraint where conrelid = 'insured.contribution_bill'::regclass and contype = 'u';
  execute format('alter table insured.contribution_bill drop constraint %I', name);
end
$unique$;
create unique index contribution_bill_of_payer on insured.contribution_bill
  (insured_id, insurance_type, pool, period, coalesce(employer, ''), sequence);
