-- Certification by the agency of the other place where that place is on the platform of another province: what home asks
-- for and was answered, and what other provinces ask for here.

create table cross_province.certification_request (
  insured_id uuid not null,
  filing_id uuid not null,
  certifier char(6) not null constraint certifier_is_a_division check (certifier ~ '^[0-9]{6}$'),
  due_on date not null,
  asked_at timestamptz not null,
  -- Since when the other platform has it; null while it is still to be told.
  received_at timestamptz,
  answer text constraint answer_is_known check (answer in ('CERTIFIED', 'NOT_CERTIFIED')),
  reason text,
  answered_at timestamptz,
  -- Since when the other platform knows that nobody asks any longer.
  ended_at timestamptz,
  attempts integer not null default 0 constraint attempts_are_not_negative check (attempts >= 0),
  -- When it is said (again).
  next_at timestamptz not null,
  primary key (insured_id, filing_id),
  constraint request_has_its_filing foreign key (insured_id, filing_id) references cross_province.filing,
  constraint answered_whole check ((answer is null) = (answered_at is null)),
  constraint refusal_says_why check (answer is distinct from 'NOT_CERTIFIED' or reason is not null)
);
create unique index certification_request_of_filing on cross_province.certification_request (filing_id);
create index certification_request_due on cross_province.certification_request (next_at)
  where answer is null and ended_at is null;

create table cross_province.certification (
  -- The home platform’s id of the person, who need not be known here.
  insured_id uuid not null,
  certification_id uuid not null,
  -- Who asks: the platform, by its province, and the pool of home.
  province char(2) not null constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  pool char(6) not null constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  -- The id the filing has at home.
  filing_id uuid not null,
  -- The pool here whose agency is asked.
  certifier char(6) not null constraint certifier_is_a_division check (certifier ~ '^[0-9]{6}$'),
  kind text not null,
  begin_on date not null,
  end_on date,
  name text not null,
  identity_masked text not null,
  -- Keyed hash of what was asked: another content under the same id is refused.
  content_hash bytea not null,
  state text not null constraint state_is_known check (state in ('WAITING', 'CERTIFIED', 'NOT_CERTIFIED', 'ENDED')),
  due_on date not null,
  received_at timestamptz not null,
  escalated_at timestamptz,
  reason text,
  decided_by text,
  decided_at timestamptz,
  -- Since when home knows the answer.
  told_at timestamptz,
  attempts integer not null default 0 constraint attempts_are_not_negative check (attempts >= 0),
  next_at timestamptz not null,
  primary key (insured_id, certification_id),
  constraint certification_id_is_unique unique (certification_id),
  constraint asked_once unique (province, filing_id),
  constraint kind_is_known check (
    kind in ('RETIRED_ELSEWHERE', 'RESIDENT_ELSEWHERE', 'WORKING_ELSEWHERE', 'REFERRAL', 'EMERGENCY', 'OTHER_TEMPORARY')
  ),
  constraint decided_by_somebody check (
    (state in ('CERTIFIED', 'NOT_CERTIFIED')) = (decided_at is not null) and (decided_at is null) = (decided_by is null)
  ),
  constraint refusal_says_why check (state <> 'NOT_CERTIFIED' or reason is not null),
  constraint only_an_answer_is_told check (told_at is null or decided_at is not null)
);
create index certification_of_certifier on cross_province.certification (certifier, due_on, certification_id);
create index certification_to_tell on cross_province.certification (next_at)
  where decided_at is not null and told_at is null;
create index certification_waiting on cross_province.certification (due_on)
  where state = 'WAITING' and escalated_at is null;

-- The identity number, sealed for the person’s id. Only the writer’s role can read it.
create table cross_province.certification_identity (
  insured_id uuid not null,
  certification_id uuid not null,
  number_sealed bytea not null,
  primary key (insured_id, certification_id),
  constraint number_has_its_certification foreign key (insured_id, certification_id)
    references cross_province.certification
);

alter table cross_province.certification_request enable row level security, force row level security;
create policy owner_all on cross_province.certification_request to {{cross_province.owner}} using (true);
create policy writer_all on cross_province.certification_request to {{cross_province.writer}} using (true);
grant update (received_at, answer, reason, answered_at, ended_at, attempts, next_at)
  on cross_province.certification_request to {{cross_province.writer}};

alter table cross_province.certification enable row level security, force row level security;
create policy owner_all on cross_province.certification to {{cross_province.owner}} using (true);
create policy writer_all on cross_province.certification to {{cross_province.writer}} using (true);
create policy reader_certification on cross_province.certification for select to {{cross_province.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'staff' then certifier = nullif(current_setting('yibao.pool', true), '')
    else false
  end
);
grant select on cross_province.certification to {{cross_province.reader}};
grant update (state, escalated_at, reason, decided_by, decided_at, told_at, attempts, next_at)
  on cross_province.certification to {{cross_province.writer}};

alter table cross_province.certification_identity enable row level security, force row level security;
create policy owner_all on cross_province.certification_identity to {{cross_province.owner}} using (true);
create policy writer_all on cross_province.certification_identity to {{cross_province.writer}} using (true);
