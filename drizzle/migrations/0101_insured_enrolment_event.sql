-- Insured: what happened to enrolments, when, why, by whom and on what ground. Only ever added to.

create table insured.enrolment_event (
  insured_id uuid not null references insured.person,
  event_id uuid not null,
  enrolment_id uuid not null,
  -- Those of the enrolment, so that whoever sees it sees what happened to it.
  pool char(6) not null,
  employer char(18),
  kind text not null,
  from_day date not null,
  reason text,
  note text,
  -- The notice or article it rests on, as whoever did it named it.
  source text,
  caller text not null,
  at timestamptz not null,
  primary key (insured_id, event_id),
  constraint kind_is_known check (kind in (
    'ENTERED', 'SUSPENDED', 'RESUMED', 'RETIRED', 'TRANSFERRED_OUT', 'TRANSFERRED_IN', 'ENDED', 'CORRECTED', 'MERGED'
  )),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$')
);
alter table insured.enrolment_event enable row level security, force row level security;
create policy owner_all on insured.enrolment_event to {{insured.owner}} using (true);
create policy writer_reads on insured.enrolment_event for select to {{insured.writer}} using (true);
create policy writer_adds on insured.enrolment_event for insert to {{insured.writer}} with check (true);
grant select on insured.enrolment_event to {{insured.reader}};
create policy reader_enrolment_event on insured.enrolment_event for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'employer' then employer = current_setting('yibao.employer', true)
    else false
  end
);
