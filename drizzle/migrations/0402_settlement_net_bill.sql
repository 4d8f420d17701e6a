-- The bill a line of a net statement is of, by its exchange: of a bill itself, of its reversal, of a deduction. Lines of one bill are
-- settled in their order, so that a limit can count what may be owed for it. `budget_taken.amount`: what is counted of a bill now.
alter table settlement.net_item add column bill uuid;
update settlement.net_item i set bill = coalesce(
  (select a.of from settlement.away_bill a where a.exchange = i.item),
  (select a.exchange from settlement.deduction d join settlement.away_bill a on a.settlement_id = d.settlement_id
    where d.id = i.item),
  (select d.exchange from settlement.exchange_deduction d where d.id = i.item),
  (select o.request_id::uuid from settlement.request r
    join settlement.settlement v on v.insured_id = r.insured_id and v.id = (r.result ->> 'reversal')::uuid
    join settlement.settlement o on o.insured_id = v.insured_id and o.id = v.reverses
    where r.request_id = i.item::text and r.operation = 'reverse' and starts_with(r.caller, 'province:')),
  i.item);
alter table settlement.net_item alter column bill set not null;
create index net_item_of_bill on settlement.net_item (bill);
-- When what bills may still make a province owe was looked through last.
alter table settlement.province_budget add column counted_at timestamptz;
grant update (counted_at) on settlement.province_budget to {{settlement.writer}};
grant update (amount) on settlement.budget_taken to {{settlement.writer}};
