-- Stays and outpatient registrations while they run, and their lines before and after they are settled. No amount of a
-- fund stands here: what a visit comes to is said by its settlements.

-- A visit has the number its institution gave it. Whoever is treated may become known later (no card at hand). `version`
-- goes up with every change of the visit or of its lines: a settlement is written only while it is the one it was
-- decided on.
create table settlement.visit (
  institution text not null,
  visit text not null,
  -- UUIDv7 of the opening, by which lists are ordered.
  id uuid not null constraint visit_id_is_unique unique,
  insured_id uuid,
  -- Pool the person is insured in, for its staff to read; the last settlement has the say.
  pool text,
  insurance_type text,
  care_type text not null,
  care_kind text not null constraint visits_are_at_hospitals check (care_kind in ('OUTPATIENT', 'INPATIENT')),
  emergency boolean not null,
  trauma jsonb,
  admitted_at timestamptz not null,
  -- The earliest time of a line: that of a joined observation lies before the admission.
  lines_from timestamptz not null constraint lines_begin_no_later_than_the_visit check (lines_from <= admitted_at),
  discharged_at timestamptz constraint discharged_after_admission check (discharged_at >= admitted_at),
  discharge_way text constraint discharge_way_is_known check (discharge_way in ('1', '2', '3', '4', '5', '9')),
  department text,
  bed text,
  doctor text,
  diagnoses jsonb not null,
  disease text,
  birth_type text,
  -- Settlement of the stay at the hospital that sent the patient on.
  transferred_from uuid,
  -- The emergency observation whose lines came along, and the stay an observation's lines went to.
  joins text,
  joined_to text,
  state text not null constraint visit_state_is_known check (state in ('OPEN', 'DISCHARGED', 'SETTLED', 'CANCELLED')),
  version bigint not null constraint visit_version_is_positive check (version > 0),
  -- Number the next line gets.
  next_line integer not null constraint lines_are_counted_from_one check (next_line > 0),
  -- Until when the lines are settled by interim settlements.
  settled_to timestamptz,
  -- Every settlement there ever was of the visit, those taken back as well, in their order.
  settlements uuid[] not null,
  operator text not null,
  opened_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (institution, visit),
  constraint discharge_has_a_way check ((discharged_at is null) = (discharge_way is null)),
  constraint discharge_is_a_state check ((discharged_at is not null) = (state in ('DISCHARGED', 'SETTLED'))),
  constraint settled_visit_is_somebodys check (state <> 'SETTLED' or insured_id is not null)
);
-- Nobody is admitted twice at the same time in the same institution.
create unique index visit_one_admission_at_a_time on settlement.visit (institution, insured_id)
  where state = 'OPEN' and care_kind = 'INPATIENT';
create index visit_of_institution on settlement.visit (institution, id);
create index visit_of_person on settlement.visit (insured_id, id);
create index visit_of_pool on settlement.visit (pool, id);

-- A line as it was sent, once it was found right. A line that is withdrawn is gone; one that is settled stays.
create table settlement.visit_line (
  institution text not null,
  visit text not null,
  serial text not null,
  number integer not null,
  charge_batch text,
  time timestamptz not null,
  amount bigint not null,
  refund_of text,
  sent jsonb not null,
  uploaded_at timestamptz not null,
  settled_by uuid,
  -- The observation the line was uploaded to, when it came along into a stay.
  joined_from text,
  primary key (institution, visit, serial)
);
create unique index visit_line_in_order on settlement.visit_line (institution, visit, number);
create index visit_line_refunds on settlement.visit_line (institution, visit, refund_of) where refund_of is not null;

grant update on settlement.visit to {{settlement.writer}};
grant update (visit, settled_by, joined_from), delete on settlement.visit_line to {{settlement.writer}};
grant select on settlement.visit, settlement.visit_line to {{settlement.reader}};

do $security$
declare
  name text;
begin
  foreach name in array array['visit', 'visit_line']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
  end loop;
end
$security$;

create policy those_concerned_read on settlement.visit for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end);
create policy with_visit on settlement.visit_line for select to {{settlement.reader}} using (
  exists (select from settlement.visit v
    where v.institution = visit_line.institution and v.visit = visit_line.visit));
