-- What moved in the account of a record that was merged, and who read it, is in the sight of the person.

do $rows$
declare
  name text;
begin
  foreach name in array array['premium', 'premium_return', 'account_year', 'credit', 'credit_correction', 'opening',
    'merged_account', 'ledger_entry', 'access_log']
  loop
    execute format($policy$
      create policy of_merged_records on settlement.%I for select to {{settlement.reader}} using (
        current_setting('yibao.role', true) = 'person'
        and %I in (
          select a.insured_id from settlement.person_alias a
          where a.survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
        ))$policy$, name, case name when 'access_log' then 'subject' else 'insured_id' end);
  end loop;
end
$rows$;
