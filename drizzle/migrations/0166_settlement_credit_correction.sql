-- Settlement: what was credited to a personal account and turns out not to be due. Taken out of what the account holds, the
-- current part first; what it does not hold any more is owed, and the next credits of the same pool go to that first.

-- Append only, once for each event that asks for it.
create table settlement.credit_correction (
  event_id uuid not null,
  insured_id uuid not null,
  pool text not null,
  amount bigint not null,
  -- What was there to be taken, of both parts; the rest is owed.
  current bigint not null,
  history bigint not null,
  -- The bill that says the difference, and its period.
  bill_id uuid not null,
  period text not null,
  group_id uuid not null,
  at timestamptz not null,
  primary key (insured_id, event_id),
  constraint parts_are_not_negative check (current >= 0 and history >= 0),
  constraint no_more_is_taken_than_asked check (amount > 0 and current + history <= amount)
);
create index credit_correction_of_account on settlement.credit_correction (insured_id, group_id);

-- How much of a credit went to what was owed.
alter table settlement.credit
  add column recovered bigint not null default 0,
  add constraint no_more_is_recovered_than_credited check (recovered between 0 and amount);

alter table settlement.credit_correction enable row level security, force row level security;
create policy owner_all on settlement.credit_correction to {{settlement.owner}} using (true);
create policy writer_all on settlement.credit_correction to {{settlement.writer}} using (true);
grant select on settlement.credit_correction to {{settlement.reader}};
create policy of_the_account on settlement.credit_correction for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end
);

-- What persons owe to the fund of the accounts is their pool's to know.
create policy receivable_read on settlement.ledger_day for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff'
  and account = 'receivable:contribution:' || current_setting('yibao.pool', true));
create policy receivable_read on settlement.ledger_entry for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff'
  and account = 'receivable:contribution:' || current_setting('yibao.pool', true));

create or replace view settlement.account_movement_v1 as
select insured_id, at, 'OPENING' as kind, balance as amount from settlement.opening where balance <> 0
union all
select insured_id, at, 'CREDIT', amount - recovered from settlement.credit where amount <> recovered
union all
select insured_id, at, 'CREDIT', -(current + history) from settlement.credit_correction where current + history <> 0
union all
select insured_id, settled_at, 'BILL', -account from settlement.settlement where account <> 0
union all
select m.sponsor_id, s.settled_at, 'RELATIVE', -(m.current + m.history)
from settlement.mutual_aid m
join settlement.settlement s on s.id = m.settlement_id and s.insured_id = m.insured_id
union all
select insured_id, at, 'PREMIUM', -(current + history) from settlement.premium
union all
select r.insured_id, r.at, 'PREMIUM', p.current + p.history
from settlement.premium_return r
join settlement.premium p on p.insured_id = r.insured_id and p.premium_id = r.premium_id
union all
select insured_id, at, 'INTEREST', interest from settlement.account_year where interest <> 0
union all
select insured_id, at, 'MERGED', -amount from settlement.merged_account
union all
select into_id, at, 'MERGED', amount from settlement.merged_account;
comment on view settlement.account_movement_v1 is
  'What changed the sum of a personal account, in fen: OPENING taken over, CREDIT of contributions (taken back by a correction: negative), BILL paid for the '
  'person (given back: positive), RELATIVE bills of relatives, PREMIUM of residents, INTEREST, MERGED from one record of a person to another. Their sum is the balance.';
