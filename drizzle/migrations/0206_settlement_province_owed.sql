-- What a pool owes other provinces for bills their platforms pay is its bureau's to know.
create policy owed_to_provinces_read on settlement.ledger_day for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff'
  and starts_with(account, 'payable:province:' || current_setting('yibao.pool', true) || ':'));
create policy owed_to_provinces_read on settlement.ledger_entry for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff'
  and starts_with(account, 'payable:province:' || current_setting('yibao.pool', true) || ':'));
