-- Runs of reconciliation: an institution sends its totals, or its lines, for a scope (days, insurance type, clearing type,
-- bureau that clears), and the platform says what differs. A run is kept as it came out; doing it again is another run.
create table settlement.reconciliation (
  id uuid primary key,
  institution text not null,
  -- The bureau that clears with the institution (`setl_optins`).
  agency text not null,
  insurance_type text not null,
  clearing_type text not null,
  from_on date not null,
  to_on date not null,
  -- The ids of those days: `first_id` belongs to them, `before_id` lies beyond.
  first_id uuid not null,
  before_id uuid not null,
  -- Totals of settlements alone (false), of reversals alone (true), of both (null).
  refunds boolean,
  kind text not null constraint kind_is_known check (kind in ('TOTALS', 'LINES', 'FILE')),
  caller text not null,
  document_id uuid,
  -- What differs as a file, made when the run is finished.
  report_id uuid,
  -- Lines the institution says it sends; with fewer the file was cut off.
  expected integer,
  state text not null constraint state_is_known
    check (state in ('OPEN', 'READING', 'COMPARING', 'BALANCED', 'DIFFERENT', 'FAILED')),
  -- What a comparison does next: look at the lines, at the settlements without one, keep what was equal.
  phase text not null default 'LINES' constraint phase_is_known check (phase in ('LINES', 'SETTLEMENTS', 'KEEPING', 'DONE')),
  -- Lines taken in, unreadable ones included: where reading goes on after a process died.
  lines integer not null default 0,
  unreadable integer not null default 0,
  matched integer not null default 0,
  differences integer not null default 0,
  -- How far the comparison is: lines, settlements, and those kept.
  compared_line integer not null default 0,
  compared_id uuid,
  kept_key text not null default '',
  there_count bigint not null default 0,
  there_total bigint not null default 0,
  there_fund bigint not null default 0,
  there_account bigint not null default 0,
  -- Null when the institution sends no cash.
  there_cash bigint,
  here_count bigint not null default 0,
  here_total bigint not null default 0,
  here_fund bigint not null default 0,
  here_account bigint not null default 0,
  here_cash bigint not null default 0,
  -- Both sides day by day, of totals.
  days jsonb,
  failure jsonb,
  -- Raised with every chunk, so that it counts once however many processes work on it or die over it.
  version integer not null default 0,
  failures smallint not null default 0,
  -- Whether the lines that were compared are gone again.
  tidied boolean not null default false,
  created_at timestamptz not null,
  worked_at timestamptz not null,
  finished_at timestamptz,
  constraint period_is_at_most_a_month check (to_on between from_on and from_on + 30),
  constraint finished_when_it_says_so check ((finished_at is not null) = (state in ('BALANCED', 'DIFFERENT', 'FAILED'))),
  constraint only_a_failed_run_says_why check ((failure is not null) = (state = 'FAILED')),
  constraint a_file_is_a_document check ((document_id is not null) = (kind = 'FILE'))
);
create unique index reconciliation_runs_alone
  on settlement.reconciliation (institution, agency, insurance_type, clearing_type, from_on, to_on)
  where state in ('OPEN', 'READING', 'COMPARING');
create index reconciliation_of_institution on settlement.reconciliation (institution, id);
create index reconciliation_of_agency on settlement.reconciliation (agency, id);
create index reconciliation_to_do on settlement.reconciliation (id)
  where state in ('OPEN', 'READING', 'COMPARING') or not tidied;
-- What supersedes a run: a later one of the same scope.
create index reconciliation_of_scope on settlement.reconciliation
  (institution, agency, insurance_type, clearing_type, from_on, to_on, finished_at);

-- Lines of a run while it is under way. `settlement_id` is read from the number, whether there is such a settlement or not.
create table settlement.reconciliation_line (
  run_id uuid not null,
  line integer not null,
  number text not null,
  settlement_id uuid,
  visit text,
  person_number text not null,
  refund boolean not null,
  total bigint not null,
  fund bigint not null,
  account bigint not null,
  cash bigint,
  request_id text,
  primary key (run_id, line)
);

-- Which line stands for which settlement: the first that names it. `key` is the settlement, or the number of none.
create table settlement.reconciliation_claim (
  run_id uuid not null,
  key text not null,
  line integer not null,
  settlement_id uuid,
  insured_id uuid,
  equal boolean not null,
  primary key (run_id, key)
);

-- What differs. `here` is the platform, `there` the institution. Append only.
create table settlement.reconciliation_difference (
  run_id uuid not null,
  place integer not null,
  cause text not null constraint cause_is_known check (cause in ('ONLY_HERE', 'ONLY_THERE', 'AMOUNTS_DIFFER',
    'REVERSED_HERE', 'REVERSED_THERE', 'DUPLICATE_LINE', 'UNREADABLE', 'WRONG_PERSON', 'WRONG_VISIT')),
  -- What it is about, the same in every run: a settlement, a number, or an unreadable line.
  subject text not null,
  line integer,
  number text,
  settlement_id uuid,
  insured_id uuid,
  person_number text,
  visit text,
  request_id text,
  refund boolean,
  -- The settlement stands, and the institution never said that it knows of it.
  unconfirmed boolean not null default false,
  -- The settlement was taken back.
  reversed boolean not null default false,
  -- Under which scope the settlement stands, when it is not this one.
  elsewhere jsonb,
  here_total bigint,
  here_fund bigint,
  here_account bigint,
  here_cash bigint,
  there_total bigint,
  there_fund bigint,
  there_account bigint,
  there_cash bigint,
  problems jsonb,
  primary key (run_id, place)
);
create index reconciliation_difference_by_cause on settlement.reconciliation_difference (run_id, cause, place);
create index reconciliation_difference_by_subject on settlement.reconciliation_difference (run_id, subject);

-- What somebody of the institution says to a difference: it is known and dealt with. The latest word counts.
create table settlement.reconciliation_note (
  id uuid primary key,
  run_id uuid not null,
  place integer not null,
  note text not null,
  noted_by text not null,
  noted_at timestamptz not null
);
create index reconciliation_note_of_difference on settlement.reconciliation_note (run_id, place, id);

grant update (state, phase, lines, unreadable, matched, differences, compared_line, compared_id, kept_key, there_count,
  there_total, there_fund, there_account, there_cash, here_count, here_total, here_fund, here_account, here_cash, failure,
  report_id, version, failures, tidied, worked_at, finished_at) on settlement.reconciliation to {{settlement.writer}};
grant delete on settlement.reconciliation_line, settlement.reconciliation_claim to {{settlement.writer}};
grant select on settlement.reconciliation, settlement.reconciliation_difference, settlement.reconciliation_note
  to {{settlement.reader}};

do $security$
declare
  name text;
begin
  foreach name in array array['reconciliation', 'reconciliation_line', 'reconciliation_claim', 'reconciliation_difference',
    'reconciliation_note']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
  end loop;
end
$security$;

create policy both_sides_read on settlement.reconciliation for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'staff' then agency = current_setting('yibao.pool', true)
    when 'auditor' then true
    else false
  end);
-- Who sees a run sees what it found: the inner query is itself under the policy above.
create policy with_run on settlement.reconciliation_difference for select to {{settlement.reader}} using (
  exists (select from settlement.reconciliation r where r.id = reconciliation_difference.run_id));
create policy with_run on settlement.reconciliation_note for select to {{settlement.reader}} using (
  exists (select from settlement.reconciliation r where r.id = reconciliation_note.run_id));
