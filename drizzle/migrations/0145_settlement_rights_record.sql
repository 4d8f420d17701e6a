-- What the yearly record of a person's rights tells of money: what happened to the personal account, and what bills the
-- insurance took part in. Read by person, along the indexes of the tables below.

create view settlement.account_movement_v1 as
select insured_id, at, 'OPENING' as kind, balance as amount from settlement.opening where balance <> 0
union all
select insured_id, at, 'CREDIT', amount from settlement.credit
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
  'What changed the sum of a personal account, in fen: OPENING taken over, CREDIT of contributions, BILL paid for the '
  'person (given back: positive), RELATIVE bills of relatives, PREMIUM of residents, INTEREST, MERGED from one record of a person to another. Their sum is the balance.';

create view settlement.benefit_v1 as
select insured_id, id, settled_at, institution, care_kind, pool, insurance_type, total, fund_total, hospital, account,
  mutual_aid, cash, reverses is not null as reversal
from settlement.settlement;
comment on view settlement.benefit_v1 is
  'One row per settlement and per reversal, whose amounts are negative, in fen.';

grant select on settlement.account_movement_v1, settlement.benefit_v1 to {{insured.writer}};
