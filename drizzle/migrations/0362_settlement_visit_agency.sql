-- A visit is seen where its bill will be: by staff of the pool that insures the person, and of the bureau that clears with the
-- institution, when that is another one.
alter table settlement.visit
  -- The bureau under whose agreement it was opened or, later, settled. Visits of before have none until they are settled.
  add column agency text;
update settlement.visit v set agency = (
  select a.clearing_agency from settlement.away_bill a where a.institution = v.institution and a.visit = v.visit
  order by a.exchange desc limit 1);
update settlement.visit v set agency = (
  select s.clearing_agency from settlement.settlement s where s.id = any(v.settlements) and s.insured_id = v.insured_id
  order by s.id desc limit 1)
where agency is null and settlements <> '{}';
create index visit_cleared_for_others on settlement.visit (agency, id) where agency <> pool;

drop policy those_concerned_read on settlement.visit;
create policy those_concerned_read on settlement.visit for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    -- Without a card a visit is nobody's business yet.
    when 'staff' then current_setting('yibao.pool', true) in (pool, agency) and pool is not null
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end);
