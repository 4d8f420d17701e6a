-- Settlement: a new hospital's account is confirmed before its first month is declared, so the bureaus it has an agreement
-- with see it, and not only those that have a statement of it.
drop policy those_concerned_read on settlement.bank_account;
create policy those_concerned_read on settlement.bank_account for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'staff' then institutions.is_designated(institution, current_setting('yibao.pool', true))
      or exists (select from settlement.monthly_statement s
        where s.institution = bank_account.institution and s.pool = current_setting('yibao.pool', true))
    when 'auditor' then true
    else false
  end);
