/**
 * What was paid of a claim at each hospital: like a bill there in all but whose business it is. Copied of a bill that the
 * stories have settled.
 */
export const CLAIM_SETTLED_ROWS = `
  create temporary table paid_by_hand as
  select distinct on (s.institution) s.id as of, s.insured_id, s.pool, gen_random_uuid() as id, c.id as claim_id
  from settlement.settlement s join settlement.claim c on c.insured_id = s.insured_id and c.submitted_at is not null
  where s.reverses is null and s.other_province is null and s.pool = c.pool and s.claim_id is null;
  insert into settlement.settlement
  select (jsonb_populate_record(s, jsonb_build_object('id', p.id, 'claim_id', p.claim_id, 'clearing_agency', p.pool))).*
  from paid_by_hand p join settlement.settlement s on s.id = p.of and s.insured_id = p.insured_id;
  insert into settlement.settlement_line
  select (jsonb_populate_record(l, jsonb_build_object('settlement_id', p.id))).*
  from paid_by_hand p join settlement.settlement_line l on l.settlement_id = p.of and l.insured_id = p.insured_id;
  insert into settlement.ledger_entry (group_id, insured_id, account, amount)
  select p.id, p.insured_id, v.account, v.amount from paid_by_hand p
  cross join lateral (values ('fund:' || p.pool || ':310:310100', -1), ('payable:claim:' || p.pool, 1)) v (account, amount);
  drop table paid_by_hand`
