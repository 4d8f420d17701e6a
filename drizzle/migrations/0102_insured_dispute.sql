-- Insured: what employers and persons say is wrong about their own records, and what came of it.

create table insured.dispute (
  dispute_id uuid primary key,
  pool char(6) not null,
  insured_id uuid not null references insured.person,
  employer char(18),
  subject text not null,
  -- The declaration, enrolment or bill that is disputed.
  subject_id uuid not null,
  opened_as text not null,
  reason text not null,
  opened_by text not null,
  opened_at timestamptz not null,
  due_on date not null,
  state text not null,
  decision text,
  decided_by text,
  decided_at timestamptz,
  -- The entry that corrects the record: a declaration that corrects, an enrolment, a bill.
  corrected_by uuid,
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint subject_is_known check (subject in ('DECLARATION_LINE', 'ENROLMENT', 'CONTRIBUTION')),
  constraint employer_or_person_opens_it check (opened_as in ('EMPLOYER', 'PERSON')),
  constraint state_is_known check (state in ('OPEN', 'UPHELD', 'REJECTED', 'WITHDRAWN')),
  constraint decision_is_whole check (
    (state = 'OPEN') = (decided_at is null) and num_nonnulls(decision, decided_by, decided_at) in (0, 3)
  ),
  constraint what_is_upheld_is_corrected check ((state = 'UPHELD') = (corrected_by is not null))
);
create unique index one_open_dispute_of_a_record on insured.dispute (subject_id, insured_id) where state = 'OPEN';
create index dispute_of_pool on insured.dispute (pool, dispute_id);
create index dispute_of_person on insured.dispute (insured_id, dispute_id);
create index dispute_of_employer on insured.dispute (employer, dispute_id) where employer is not null;

-- What was said and done of it, in order. Only ever added to.
create table insured.dispute_event (
  dispute_id uuid not null references insured.dispute,
  event_id uuid not null,
  kind text not null,
  note text not null,
  caller text not null,
  at timestamptz not null,
  primary key (dispute_id, event_id),
  constraint kind_is_known check (kind in ('OPENED', 'UPHELD', 'REJECTED', 'WITHDRAWN'))
);

do $rows$
declare
  name text;
begin
  foreach name in array array['dispute', 'dispute_event']
  loop
    execute format('alter table insured.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on insured.%I to {{insured.owner}} using (true)', name);
    execute format('create policy writer_reads on insured.%I for select to {{insured.writer}} using (true)', name);
    execute format('create policy writer_adds on insured.%I for insert to {{insured.writer}} with check (true)', name);
    execute format('grant select on insured.%I to {{insured.reader}}', name);
  end loop;
end
$rows$;

-- Decided once.
grant update (state, decision, decided_by, decided_at, corrected_by) on insured.dispute to {{insured.writer}};
create policy writer_decides on insured.dispute for update to {{insured.writer}}
  using (state = 'OPEN') with check (true);

create policy reader_dispute on insured.dispute for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'employer' then employer = current_setting('yibao.employer', true)
    else false
  end
);
-- Seen by whom sees the dispute.
create policy reader_dispute_event on insured.dispute_event for select to {{insured.reader}} using (
  exists (select from insured.dispute d where d.dispute_id = dispute_event.dispute_id)
);
