-- Reading an owner from the name of an account by regular expressions took more time than folding; these say the same
-- of every name there is.
drop policy those_concerned_read on settlement.ledger_day;
alter table settlement.ledger_day drop column kind, drop column institution, drop column insured_id;
alter table settlement.ledger_day
  add column kind text not null generated always as (
    case when starts_with(account, 'payable:') then 'payable:' || split_part(account, ':', 2)
      else split_part(account, ':', 1) end) stored,
  add column institution text generated always as (
    case when starts_with(account, 'payable:institution:') then substr(account, 21) end) stored,
  add column insured_id uuid generated always as (
    case when account like 'personal:________-____-____-____-____________:%' then substr(account, 10, 36)::uuid
      when account like 'payable:person:________-____-____-____-____________' then substr(account, 16)::uuid end) stored;
create policy those_concerned_read on settlement.ledger_day for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'staff' then pool = current_setting('yibao.pool', true)
      and kind in ('fund', 'opening', 'payable:institution', 'payable:person')
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end);
