-- Institutions: agreements with the cause and the dates of what happens to them, dated levels and capabilities.

alter table institutions.agreement
  -- Why it is suspended, terminated or about to be; null while nothing of it is.
  add column cause text,
  -- The last day a suspension was ordered for. It ends by being resumed, not by itself.
  add column suspended_until date,
  -- The first day on which it no longer holds, when that was decided beforehand and nothing ended it before.
  add column terminates_on date,
  -- Suspensions that are over, oldest first: [from, to) as instants. Null while there are none.
  add column suspensions jsonb,
  -- What it covers beyond ordinary care, and when: [capability, first day, last day or null]. Null while nothing.
  add column capabilities jsonb,
  -- The agreement this one goes on from.
  add column renews uuid references institutions.agreement,
  -- The last day of which the institution was warned.
  add column warned_of date,
  add constraint cause_is_known check (cause in ('FRAUD', 'BREACH', 'REQUEST', 'OTHER')),
  add constraint suspension_has_its_until check (suspended_until is null or status = 'SUSPENDED'),
  add constraint suspensions_are_a_list check (jsonb_typeof(suspensions) = 'array'),
  add constraint capabilities_are_a_list check (jsonb_typeof(capabilities) = 'array');
create index agreement_by_end on institutions.agreement (end_on) where status <> 'TERMINATED' and end_on is not null;

alter table institutions.agreement_event
  add column cause text,
  add column effective_on date,
  add column until_on date,
  add constraint cause_is_known check (cause in ('FRAUD', 'BREACH', 'REQUEST', 'OTHER'));

-- Capabilities of an agreement as they were granted and withdrawn. Rows are only ever added.
create table institutions.capability_event (
  id uuid primary key,
  agreement_id uuid not null references institutions.agreement,
  institution char(12) not null,
  pool char(6) not null,
  capability text not null,
  granted boolean not null,
  effective_on date not null,
  reason text not null,
  actor text not null,
  at timestamptz not null,
  constraint capability_is_known check (
    capability in ('CROSS_PROVINCE', 'CHRONIC', 'MOBILE_PAYMENT', 'E_PRESCRIPTION')
  )
);
create index capability_event_by_agreement on institutions.capability_event (agreement_id, at);

-- From which day an institution has which level; `level` is what it was registered with. Rows are only ever added.
create table institutions.level_change (
  id uuid primary key,
  institution char(12) not null references institutions.institution,
  pool char(6) not null,
  level text not null,
  begin_on date not null,
  reason text not null,
  actor text not null,
  at timestamptz not null,
  constraint level_is_known check (level in ('LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY'))
);
create unique index level_change_by_day on institutions.level_change (institution, begin_on);

-- The same as those who settle bills read it, in the row they read anyway: [first day, level], oldest first; null while
-- the level never changed.
alter table institutions.institution
  add column levels jsonb,
  add constraint levels_are_a_list check (jsonb_typeof(levels) = 'array');

create function institutions.level_on(first text, levels jsonb, day date) returns text
language sql immutable as $$
  select coalesce(
    (select one ->> 1 from jsonb_array_elements(levels) as one where (one ->> 0)::date <= day
      order by (one ->> 0)::date desc limit 1),
    first)
$$;

create or replace view institutions.designation_v1 as
select a.institution, i.name, i.kind,
  case when i.levels is null then i.level
    else institutions.level_on(i.level, i.levels, (now() at time zone 'Asia/Shanghai')::date) end as level,
  a.pool, a.begin_on, a.end_on,
  -- One that ended on a day decided beforehand is over by its last day, as one that expired: care of its days stays payable.
  case when a.terminates_on is not null and a.status = 'TERMINATED' then 'ACTIVE' else a.status end as status,
  case when a.status <> 'ACTIVE' and (a.terminates_on is null or a.status <> 'TERMINATED') then (
    select e.reason from institutions.agreement_event e where e.agreement_id = a.id order by e.at desc, e.id desc limit 1
  ) end as reason,
  case when a.status <> 'ACTIVE' and (a.terminates_on is null or a.status <> 'TERMINATED') then a.status_since end as since,
  a.cause, a.suspensions, a.capabilities,
  case when i.levels is not null then jsonb_build_array(jsonb_build_array(null, i.level)) || i.levels end as levels
from institutions.agreement a join institutions.institution i on i.code = a.institution;
comment on view institutions.designation_v1 is
  'Agreements of institutions with pools. A bill needs an ACTIVE one its day is in. since: from when it is not ACTIVE. '
  'suspensions: those that are over, [from, to). capabilities: [capability, first day, last day or null]. levels: [first '
  'day, level], oldest first, the first without a day; null while the level never changed. level is that of today.';

do $rows$
declare
  name text;
begin
  foreach name in array array['capability_event', 'level_change']
  loop
    execute format('alter table institutions.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on institutions.%I to {{institutions.owner}} using (true)', name);
    execute format(
      'create policy writer_all on institutions.%I to {{institutions.writer}} using (true) with check (true)', name);
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

grant execute on function institutions.level_on(text, jsonb, date)
  to {{institutions.writer}}, {{insured.writer}}, {{settlement.writer}}, {{cross_province.writer}};
grant select on institutions.capability_event, institutions.level_change to {{institutions.reader}};
grant update (cause, suspended_until, terminates_on, suspensions, capabilities, end_on, warned_of)
  on institutions.agreement to {{institutions.writer}};
grant update (levels) on institutions.institution to {{institutions.writer}};
