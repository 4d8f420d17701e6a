-- Institutions: departments, and the doctors, nurses and pharmacists who work there.

create table institutions.department (
  institution char(12) not null references institutions.institution,
  code text not null,
  pool char(6) not null,
  name text not null,
  -- National code of the speciality (caty).
  category text not null,
  beds integer not null,
  begin_on date not null,
  end_on date,
  introduction text,
  changed_at timestamptz not null,
  primary key (institution, code),
  constraint code_has_its_form check (code ~ '^[0-9A-Za-z_.-]{1,30}$'),
  constraint category_has_its_form check (category ~ '^[A-Z][0-9]{2}(\.[0-9]{2}){0,2}$'),
  constraint beds_are_not_negative check (beds between 0 and 100000),
  constraint ends_after_it_begins check (end_on >= begin_on)
);

-- One row for each person and institution: who works in several has several.
create table institutions.practitioner (
  institution char(12) not null references institutions.institution,
  code text not null,
  pool char(6) not null,
  kind text not null,
  name text not null,
  title text,
  department text,
  specialities text[] not null,
  may_prescribe boolean not null,
  begin_on date not null,
  end_on date,
  changed_at timestamptz not null,
  primary key (institution, code),
  constraint code_says_kind check (
    case kind
      when 'DOCTOR' then code ~ '^D[0-9]{12}$'
      when 'NURSE' then code ~ '^N[0-9]{12}$'
      else kind = 'PHARMACIST' and code ~ '^H[YJ][0-9]{12}$'
    end
  ),
  constraint only_doctors_prescribe check (kind = 'DOCTOR' or not may_prescribe),
  constraint ends_after_it_begins check (end_on >= begin_on),
  constraint at_most_ten_specialities check (coalesce(cardinality(specialities), 0) <= 10)
);
create index practitioner_by_code on institutions.practitioner (code);
create index practitioner_by_pool on institutions.practitioner (pool, institution, code);

-- Whether what a person does is paid by the fund, wherever they work; changed by a bureau. One row from the first change.
create table institutions.practitioner_standing (
  code text primary key,
  status text not null,
  since timestamptz not null,
  points integer not null,
  constraint status_is_known check (status in ('ACTIVE', 'SUSPENDED')),
  constraint points_are_not_negative check (points >= 0)
);

-- Every change of it, with reason and ground. Rows are only ever added.
create table institutions.practitioner_event (
  id uuid primary key,
  code text not null,
  institution char(12) not null,
  pool char(6) not null,
  action text not null,
  points integer not null,
  reason text not null,
  legal_ground text,
  until_on date,
  actor text not null,
  at timestamptz not null,
  constraint action_is_known check (action in ('POINTS', 'SUSPENDED', 'RESUMED')),
  constraint suspension_has_its_ground check (action <> 'SUSPENDED' or legal_ground is not null),
  constraint points_are_not_negative check (points >= 0)
);
create index practitioner_event_by_code on institutions.practitioner_event (code, at);

do $rows$
declare
  name text;
begin
  foreach name in array array['department', 'practitioner', 'practitioner_standing', 'practitioner_event']
  loop
    execute format('alter table institutions.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on institutions.%I to {{institutions.owner}} using (true)', name);
    execute format(
      'create policy writer_all on institutions.%I to {{institutions.writer}} using (true) with check (true)', name);
  end loop;
  foreach name in array array['practitioner', 'practitioner_event']
  loop
    execute format(
      'create policy those_concerned_read on institutions.%I for select to {{institutions.reader}} using (
        case current_setting(''yibao.role'', true)
          when ''auditor'' then true
          when ''staff'' then pool = current_setting(''yibao.pool'', true)
          when ''institution'' then institution = current_setting(''yibao.institution'', true)
          else false
        end)', name);
  end loop;
end
$rows$;

-- Departments are on the door; the standing of a person is for those who see the person.
create policy signed_in_reads on institutions.department for select to {{institutions.reader}}
  using (current_setting('yibao.role', true) in ('institution', 'staff', 'person', 'auditor'));
create policy those_concerned_read on institutions.practitioner_standing for select to {{institutions.reader}}
  using (exists (select from institutions.practitioner p where p.code = practitioner_standing.code));

grant select on institutions.department, institutions.practitioner, institutions.practitioner_standing,
  institutions.practitioner_event to {{institutions.reader}};
grant update (name, category, beds, begin_on, end_on, introduction, changed_at)
  on institutions.department to {{institutions.writer}};
grant delete on institutions.department to {{institutions.writer}};
grant update (name, title, department, specialities, may_prescribe, begin_on, end_on, changed_at)
  on institutions.practitioner to {{institutions.writer}};
grant update (status, since, points) on institutions.practitioner_standing to {{institutions.writer}};

create view institutions.practitioner_v1 as
select p.institution, p.code, p.kind, p.may_prescribe, p.begin_on, p.end_on,
  coalesce(s.status, 'ACTIVE') as status, s.since
from institutions.practitioner p left join institutions.practitioner_standing s on s.code = p.code;
comment on view institutions.practitioner_v1 is
  'Doctors (D), nurses (N) and pharmacists (HY, HJ) by the institutions they work in; works there on a day: begin_on <= '
  'day, end_on null or >= day. status: ACTIVE, or SUSPENDED from since wherever they work.';
grant select on institutions.practitioner_v1 to {{settlement.writer}}, {{cross_province.writer}};
