-- What the checks before paying found in a bill, as it was found: rule, version, action, lines, words and numbers. A
-- reversal looks for nothing.
alter table settlement.settlement add column findings jsonb not null default '[]';
alter table settlement.settlement add constraint reversal_finds_nothing check (reverses is null or findings = '[]');

-- A live bill says when and what kind of visit it was, so that the next bill of the person is compared with it without
-- a look at settlements and their partitions. A reversal takes it away with the rest.
alter table settlement.bill
  add column begin_at timestamptz,
  add column end_at timestamptz,
  add column care_kind text,
  add column care_type text,
  -- ICD-10 code of the main diagnosis.
  add column diagnosis text;
update settlement.bill b
set begin_at = s.begin_at, end_at = s.end_at, care_kind = s.care_kind, care_type = s.care_type,
  diagnosis = s.diagnoses -> 0 ->> 'code'
from settlement.settlement s
where s.id = b.settlement_id and s.insured_id = b.insured_id;
alter table settlement.bill
  alter column begin_at set not null,
  alter column end_at set not null,
  alter column care_kind set not null,
  alter column care_type set not null,
  add constraint bill_care_kind_is_known check (care_kind in ('OUTPATIENT', 'INPATIENT', 'PHARMACY')),
  add constraint bill_ends_after_it_begins check (end_at >= begin_at);
create index bill_of_person on settlement.bill (insured_id, end_at);

-- Stays that are not settled yet, and those that ended with a death: few, and asked for with every bill of the person.
create index visit_that_matters on settlement.visit (insured_id)
  where state in ('OPEN', 'DISCHARGED') or discharge_way = '5';
