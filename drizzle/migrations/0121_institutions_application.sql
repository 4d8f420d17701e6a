-- Institutions: applications for designation, from the first paper to the agreement.

create table institutions.application (
  id uuid primary key,
  institution char(12) not null references institutions.institution,
  pool char(6) not null,
  state text not null,
  -- What is answered to each condition: criterion, value, document.
  answers jsonb not null,
  note text,
  -- What the bureau found missing when it was returned; null otherwise.
  missing jsonb,
  -- How each criterion was evaluated; null before.
  scores jsonb,
  passed boolean,
  -- By when the next step is due, and whether holidays on the way are not published yet; null when nothing is.
  due_on date,
  due_provisional boolean not null default false,
  agreement_id uuid references institutions.agreement,
  submitted_at timestamptz not null,
  changed_at timestamptz not null,
  constraint state_is_known check (
    state in ('SUBMITTED', 'RETURNED', 'UNDER_EVALUATION', 'EVALUATED', 'AGREED', 'REJECTED', 'WITHDRAWN')
  ),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint answers_are_a_list check (jsonb_typeof(answers) = 'array'),
  constraint missing_is_a_list check (jsonb_typeof(missing) = 'array'),
  constraint scores_are_a_list check (jsonb_typeof(scores) = 'array'),
  constraint evaluation_is_whole check ((scores is null) = (passed is null)),
  constraint evaluated_says_how check (state not in ('EVALUATED', 'AGREED') or passed is not null),
  constraint agreed_has_its_agreement check ((state = 'AGREED') = (agreement_id is not null)),
  constraint returned_says_what_is_missing check ((state = 'RETURNED') = (missing is not null))
);
create unique index one_open_application on institutions.application (institution, pool)
  where state not in ('AGREED', 'REJECTED', 'WITHDRAWN');
create index application_by_institution on institutions.application (institution, id);
create index application_by_pool on institutions.application (pool, id);

-- Every step: who took it, when and why. Rows are only ever added.
create table institutions.application_event (
  id uuid primary key,
  application_id uuid not null references institutions.application,
  institution char(12) not null,
  pool char(6) not null,
  action text not null,
  reason text,
  -- What came with the step: answers, what is missing, scores.
  details jsonb,
  actor text not null,
  at timestamptz not null,
  constraint action_is_known check (
    action in ('SUBMITTED', 'RETURNED', 'CORRECTED', 'ACCEPTED', 'EVALUATED', 'AGREED', 'REJECTED', 'WITHDRAWN')
  )
);
create index application_event_by_application on institutions.application_event (application_id, at);

do $rows$
declare
  name text;
begin
  foreach name in array array['application', 'application_event']
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

grant select on institutions.application, institutions.application_event to {{institutions.reader}};
grant update (state, answers, note, missing, scores, passed, due_on, due_provisional, agreement_id, changed_at)
  on institutions.application to {{institutions.writer}};
