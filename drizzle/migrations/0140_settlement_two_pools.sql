-- A person of one pool treated in another pool of the same platform: the bureau there pays its hospital and is paid by
-- the bureau at home, so both see the bill. What a pool owes from its funds stays its own to see.

alter policy those_concerned_read on settlement.settlement using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'staff' then pool = current_setting('yibao.pool', true)
      or clearing_agency = current_setting('yibao.pool', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end);

alter policy with_settlement on settlement.ledger_entry using (
  case current_setting('yibao.role', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    when 'institution' then account = 'payable:institution:' || current_setting('yibao.institution', true)
      or exists (select from settlement.settlement s
        where s.id = ledger_entry.group_id and s.insured_id = ledger_entry.insured_id)
    when 'staff' then starts_with(account, 'fund:' || current_setting('yibao.pool', true) || ':')
      or account = 'opening:' || current_setting('yibao.pool', true)
      or exists (select from settlement.settlement s
        where s.id = ledger_entry.group_id and s.insured_id = ledger_entry.insured_id
          and s.pool = current_setting('yibao.pool', true))
    else false
  end);

-- Bills of persons of other pools are few, and the bills of a pool's own persons are in none of it.
create index settlement_of_other_pool on settlement.settlement (clearing_agency, id) where pool <> clearing_agency;
