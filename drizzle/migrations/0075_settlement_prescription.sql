-- E-prescriptions (医保电子处方): issued and signed by a hospital, reviewed by the pharmacist of whoever dispenses, and
-- dispensed by settling, in parts or whole. And the trace codes of drug packages, each of which is paid once.

-- Public keys by which an institution's signatures are verified (JWK, Ed25519 or P-256). A key is retired, never removed:
-- what it signed before can still be verified. Public by nature, so everybody who has signed in may read them.
create table settlement.signing_key (
  institution text not null,
  kid text not null,
  public_key jsonb not null constraint key_is_public check (not (public_key ? 'd')),
  registered_at timestamptz not null,
  retired_at timestamptz,
  primary key (institution, kid)
);

-- What the doctor prescribed. Who the person is stands here as it was then, as in a settlement; `pool` is the pool that
-- insured them. Nothing of it changes: review, revocation and dispensing are rows of their own.
create table settlement.prescription (
  insured_id uuid not null,
  prescription_id uuid not null,
  institution text not null,
  own_number text not null,
  pool text not null,
  person_number text not null,
  person_name text not null,
  sex text not null,
  birth_date date not null,
  doctor_code text not null constraint doctor_code_has_its_form check (doctor_code ~ '^D[0-9]{12}$'),
  doctor_name text not null,
  diagnoses jsonb not null,
  prescribed_at timestamptz not null,
  validity text not null constraint validity_is_known check (validity in ('STANDARD', 'LONG_TERM', 'LONG_TERM_EXTENDED')),
  valid_days smallint not null constraint valid_days_are_limited check (valid_days between 1 and 90),
  valid_until timestamptz not null constraint ends_after_it_begins check (valid_until > prescribed_at),
  key_id text not null,
  -- Compact JWS whose payload says the same as this row and its items.
  signature text not null,
  issued_at timestamptz not null,
  primary key (insured_id, prescription_id)
);
create index prescription_by_id on settlement.prescription (prescription_id);
create index prescription_of_institution on settlement.prescription (institution, prescription_id);
create index prescription_of_pool on settlement.prescription (pool, prescription_id);

-- An institution's own number is given once.
create table settlement.prescription_number (
  institution text not null,
  own_number text not null,
  insured_id uuid not null,
  prescription_id uuid not null,
  primary key (institution, own_number)
);

-- Quantities in ten-thousandths, as on a bill's line.
create table settlement.prescription_item (
  insured_id uuid not null,
  prescription_id uuid not null,
  number smallint not null constraint number_starts_at_one check (number > 0),
  code text not null,
  name text not null,
  specification text not null,
  quantity bigint not null constraint quantity_is_positive check (quantity > 0),
  unit text not null,
  dosage text not null,
  days smallint not null constraint days_are_positive check (days > 0),
  primary key (insured_id, prescription_id, number),
  constraint a_drug_stands_once unique (insured_id, prescription_id, code),
  constraint item_has_its_prescription foreign key (insured_id, prescription_id) references settlement.prescription
);

-- What pharmacists said; of those of one institution the latest counts, and only there.
create table settlement.prescription_review (
  insured_id uuid not null,
  prescription_id uuid not null,
  number smallint not null constraint number_starts_at_one check (number > 0),
  institution text not null,
  pharmacist_code text not null
    constraint pharmacist_code_has_its_form check (pharmacist_code ~ '^H[YJ][0-9]{12}$'),
  pharmacist_name text not null,
  result text not null constraint result_is_known check (result in ('APPROVED', 'REJECTED')),
  reason text constraint rejection_has_its_reason check (result = 'APPROVED' or reason is not null),
  at timestamptz not null,
  primary key (insured_id, prescription_id, number),
  constraint review_has_its_prescription foreign key (insured_id, prescription_id) references settlement.prescription
);

-- A prescription is revoked once: the key is the veto.
create table settlement.prescription_revocation (
  insured_id uuid not null,
  prescription_id uuid not null,
  doctor_code text not null constraint doctor_code_has_its_form check (doctor_code ~ '^D[0-9]{12}$'),
  doctor_name text not null,
  reason text not null,
  at timestamptz not null,
  primary key (insured_id, prescription_id),
  constraint revocation_has_its_prescription foreign key (insured_id, prescription_id) references settlement.prescription
);

-- Where the person showed a credential together with the prescription's number: that institution may read it that day.
create table settlement.prescription_showing (
  insured_id uuid not null,
  prescription_id uuid not null,
  institution text not null,
  day date not null,
  at timestamptz not null,
  primary key (insured_id, prescription_id, institution, day)
);

-- What a line of a settlement dispensed of an item; negative on a refund line and in a reversal. What is left of an item
-- is its quantity less the sum of these.
create table settlement.dispensing (
  insured_id uuid not null,
  settlement_id uuid not null,
  line smallint not null,
  prescription_id uuid not null,
  item smallint not null,
  institution text not null,
  quantity bigint not null constraint quantity_is_not_zero check (quantity <> 0),
  at timestamptz not null,
  primary key (settlement_id, insured_id, line),
  constraint dispensing_has_its_item foreign key (insured_id, prescription_id, item)
    references settlement.prescription_item (insured_id, prescription_id, number)
);
create index dispensing_of_prescription on settlement.dispensing (insured_id, prescription_id);

-- Which settlement paid for the package with this trace code. Across persons, institutions and pools: the key is the veto.
-- A reversal frees the code. No reader may look: who was paid for it is told to nobody who asks with the code.
create table settlement.trace_code (
  code text primary key,
  insured_id uuid not null,
  settlement_id uuid not null,
  institution text not null
);

-- Codes of bills that were settled before each was paid once only: the first that stands holds it.
insert into settlement.trace_code (code, insured_id, settlement_id, institution)
select distinct on (c.code) c.code, s.insured_id, s.id, s.institution
from settlement.settlement s
join settlement.settlement_line l on l.settlement_id = s.id and l.insured_id = s.insured_id
cross join lateral unnest(l.trace_codes) as c (code)
where s.reverses is null and l.refund_of is null
  and not exists (select from settlement.reversal v where v.settlement_id = s.id and v.insured_id = s.insured_id)
  and not exists (select from settlement.settlement_line b
    where b.settlement_id = l.settlement_id and b.insured_id = l.insured_id and b.refund_of = l.serial
      and c.code = any (b.trace_codes))
order by c.code, s.id;

grant update (retired_at) on settlement.signing_key to {{settlement.writer}};
grant delete on settlement.trace_code to {{settlement.writer}};
grant select on settlement.signing_key, settlement.prescription, settlement.prescription_item,
  settlement.prescription_review, settlement.prescription_revocation, settlement.prescription_showing,
  settlement.dispensing to {{settlement.reader}};

do $security$
declare
  name text;
begin
  foreach name in array array['signing_key', 'prescription', 'prescription_number', 'prescription_item',
    'prescription_review', 'prescription_revocation', 'prescription_showing', 'dispensing', 'trace_code']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
  end loop;
end
$security$;

create policy whoever_signed_in_reads on settlement.signing_key for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) in ('institution', 'staff', 'person', 'auditor'));

create policy those_concerned_read on settlement.prescription_showing for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end);

-- The hospital that issued it, and for the day whoever was shown it.
create policy those_concerned_read on settlement.prescription for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
      or exists (select from settlement.prescription_showing v
        where v.insured_id = prescription.insured_id and v.prescription_id = prescription.prescription_id
          and v.institution = current_setting('yibao.institution', true)
          and v.day = nullif(current_setting('yibao.day', true), '')::date)
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end);

-- Who sees a prescription sees what hangs below it: the inner query is itself under the policy above.
create policy with_prescription on settlement.prescription_item for select to {{settlement.reader}} using (
  exists (select from settlement.prescription p
    where p.insured_id = prescription_item.insured_id and p.prescription_id = prescription_item.prescription_id));
create policy with_prescription on settlement.prescription_review for select to {{settlement.reader}} using (
  exists (select from settlement.prescription p
    where p.insured_id = prescription_review.insured_id and p.prescription_id = prescription_review.prescription_id));
create policy with_prescription on settlement.prescription_revocation for select to {{settlement.reader}} using (
  exists (select from settlement.prescription p
    where p.insured_id = prescription_revocation.insured_id
      and p.prescription_id = prescription_revocation.prescription_id));
-- Whoever dispensed sees that for good: it stands on its own settlement.
create policy with_prescription on settlement.dispensing for select to {{settlement.reader}} using (
  (current_setting('yibao.role', true) = 'institution' and institution = current_setting('yibao.institution', true))
  or exists (select from settlement.prescription p
    where p.insured_id = dispensing.insured_id and p.prescription_id = dispensing.prescription_id));
