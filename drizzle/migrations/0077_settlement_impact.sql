-- The policy workbench: a draft of a pool's policy file is tried on the settlements of a period. Nothing of what was
-- settled is touched; all that comes of it are sums, kept with the job. `tally` holds them as far as it got and `version`
-- goes up with each chunk, so that a chunk counts once however many processes work on it or die over it.
create table settlement.impact (
  id uuid primary key,
  pool text not null,
  caller text not null,
  draft text not null constraint draft_is_at_most_a_mebibyte check (octet_length(draft) <= 1048576),
  from_on date not null,
  to_on date not null,
  as_of date,
  first_id uuid not null,
  before_id uuid not null,
  state text not null
    constraint state_is_known check (state in ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED')),
  total integer not null default 0,
  done integer not null default 0,
  tally jsonb not null,
  version integer not null default 0,
  failures smallint not null default 0,
  created_at timestamptz not null,
  started_at timestamptz,
  worked_at timestamptz,
  finished_at timestamptz,
  constraint period_is_at_most_a_leap_year check (to_on between from_on and from_on + 365),
  constraint finished_when_it_says_so check ((finished_at is not null) = (state in ('DONE', 'FAILED', 'CANCELLED')))
);
create unique index impact_runs_alone_in_its_pool on settlement.impact (pool) where state in ('QUEUED', 'RUNNING');

-- Whose settlements are still to be tried. A person leaves in the statement that counts what was found.
create table settlement.impact_person (
  impact_id uuid not null,
  insured_id uuid not null,
  primary key (impact_id, insured_id)
);

grant update (state, total, done, tally, version, failures, started_at, worked_at, finished_at)
  on settlement.impact to {{settlement.writer}};
grant delete on settlement.impact_person to {{settlement.writer}};
grant select on settlement.impact to {{settlement.reader}};

do $security$
declare
  name text;
begin
  foreach name in array array['impact', 'impact_person']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
  end loop;
end
$security$;

create policy bureau_and_auditors_read on settlement.impact for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'auditor' then true
    else false
  end);
