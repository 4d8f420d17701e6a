-- Importing files as a job that survives whoever works on it: what was read so far is staged in short transactions, each
-- of which moves `position` on, so a batch counts once however many processes work on it or die over it. One statement
-- then puts everything that was staged into the catalogue, raises its version and ends the job.
create table institutions.import_job (
  id uuid primary key,
  kind text not null constraint kind_is_known check (kind in ('CATALOGUE', 'SELF_PAY', 'CEILINGS', 'MAPPING')),
  -- Of rows that name none; null for the whole country.
  pool char(6),
  -- Rows of another pool are refused; null when any may stand in the file.
  bound_pool char(6),
  -- Whose own codes a mapping maps.
  institution char(12),
  -- The bureau whose staff asked; null for an institution and for the command line.
  bureau char(6),
  caller text not null,
  document_id uuid,
  name text not null,
  size bigint not null,
  digest bytea not null,
  state text not null constraint state_is_known
    check (state in ('RECEIVED', 'READING', 'MERGING', 'DONE', 'FAILED', 'CANCELLED')),
  encoding text,
  -- Lines of the file that are done with, the header among them.
  position integer not null default 0,
  bytes bigint not null default 0,
  rows integer not null default 0,
  bad integer not null default 0,
  faults jsonb not null default '{}',
  first_bad jsonb not null default '[]',
  ignored_columns integer not null default 0,
  may_be_truncated boolean not null default false,
  added integer not null default 0,
  changed integer not null default 0,
  unchanged integer not null default 0,
  version bigint,
  -- Why nothing was taken.
  fault jsonb,
  failures smallint not null default 0,
  report_id uuid,
  created_at timestamptz not null,
  worked_at timestamptz,
  finished_at timestamptz,
  constraint mapping_is_of_an_institution check ((kind = 'MAPPING') = (institution is not null)),
  constraint failed_for_a_reason check ((state = 'FAILED') = (fault is not null)),
  constraint finished_when_it_says_so check ((finished_at is not null) = (state in ('DONE', 'FAILED', 'CANCELLED')))
);
create index import_job_open on institutions.import_job (created_at)
  where state in ('RECEIVED', 'READING', 'MERGING');
create index import_job_of_institution on institutions.import_job (institution, id) where institution is not null;
create index import_job_of_bureau on institutions.import_job (bureau, id) where bureau is not null;

-- Rows that were read and are not in force yet, by the key they will have. The first line that has a key keeps it.
create table institutions.import_row (
  import_id uuid not null,
  target text not null,
  key text collate "C" not null,
  line integer not null,
  value jsonb not null,
  primary key (import_id, target, key)
);

-- The bad rows, batch by batch: lines of the report as CSV, packed by gzip. `line` is that of the first.
create table institutions.import_report (
  import_id uuid not null,
  line integer not null,
  body bytea not null,
  primary key (import_id, line)
);
alter table institutions.import_report alter column body set storage external;

grant update (state, encoding, position, bytes, rows, bad, faults, first_bad, ignored_columns, may_be_truncated, added,
  changed, unchanged, version, fault, failures, report_id, worked_at, finished_at)
  on institutions.import_job to {{institutions.writer}};
grant delete on institutions.import_row, institutions.import_report to {{institutions.writer}};
grant select on institutions.import_job to {{institutions.reader}};

do $security$
declare
  name text;
begin
  foreach name in array array['import_job', 'import_row', 'import_report']
  loop
    execute format('alter table institutions.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on institutions.%I to {{institutions.owner}} using (true)', name);
    execute format('create policy writer_all on institutions.%I to {{institutions.writer}} using (true)', name);
  end loop;
end
$security$;

create policy those_who_asked_read on institutions.import_job for select to {{institutions.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'staff' then bureau = current_setting('yibao.pool', true)
    when 'auditor' then true
    else false
  end);
