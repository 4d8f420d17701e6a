-- What a claim is paid: a settlement like any other, which names its claim. The funds give, and the person is owed what they
-- give by the pool; no institution is concerned.
alter table settlement.settlement add column claim_id uuid;
comment on column settlement.settlement.claim_id is
  'The claim it was made for; null for the bill of an institution.';
create index settlement_of_claim on settlement.settlement (claim_id) where claim_id is not null;

-- What a person has claimed elsewhere than with the institution is not the institution's to know, nor to take back.
alter policy those_concerned_read on settlement.settlement using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true) and claim_id is null
    when 'staff' then pool = current_setting('yibao.pool', true)
      or clearing_agency = current_setting('yibao.pool', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end);

-- What the pool owes to those who have claimed is its bureau's to know.
create policy owed_to_claims_read on settlement.ledger_day for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff' and account = 'payable:claim:' || current_setting('yibao.pool', true));
create policy owed_to_claims_read on settlement.ledger_entry for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff' and account = 'payable:claim:' || current_setting('yibao.pool', true));

-- The bill of a claim's visit goes over to its settlement, as that says it, and back.
grant update (begin_at, end_at, care_kind, care_type, diagnosis) on settlement.bill to {{settlement.writer}};
-- Claims that are being settled, and those that are to be taken back.
create index claim_settling on settlement.claim (changed_at) where state = 'SETTLING';
create index claim_appeal_upheld on settlement.claim_appeal (claim_id) where state = 'UPHELD';
