-- Consultation (咨询): a person or an employer asks about what they may see, and every answer is kept with the question.
create sequence settlement.question_number;

create table settlement.question (
  id uuid primary key,
  -- What people call it by: Q, pool, day and a running number.
  number text not null unique,
  pool char(6) not null constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  asker text not null constraint asker_is_known check (asker in ('PERSON', 'EMPLOYER')),
  employer char(18),
  -- The record what is asked about belongs to.
  insured_id uuid not null,
  about text not null constraint about_is_known check (about in ('SETTLEMENT', 'CLAIM', 'CONTRIBUTION', 'CERTIFICATE')),
  -- The settlement, claim, contribution bill or certificate.
  about_id uuid not null,
  -- The line of the settlement it is about, where it is about one.
  line text,
  state text not null constraint state_is_known check (state in ('OPEN', 'ANSWERED', 'FOLLOWED_UP', 'CLOSED')),
  -- Every change raises it and names the one it was decided on.
  version integer not null default 1 constraint version_starts_at_one check (version > 0),
  asked_by text not null,
  asked_at timestamptz not null,
  changed_at timestamptz not null,
  answered_at timestamptz,
  closed_at timestamptz,
  -- Caller of whoever answers.
  assignee text,
  -- The clock of its state: since when it runs and over how many working days.
  clock_from timestamptz not null,
  clock_days integer not null constraint clock_days_is_not_negative check (clock_days >= 0),
  -- Last day of the agency to answer, while an answer is awaited.
  due_on date,
  -- Last day of the asker to go on asking, once it is answered.
  follow_up_until date,
  -- Holidays on the way are not published yet.
  provisional boolean not null default false,
  alarmed_at timestamptz,
  breached_at timestamptz,
  constraint an_employer_asks_as_one check ((asker = 'EMPLOYER') = (employer is not null)),
  constraint asked_by_those_concerned check (case asker when 'PERSON' then about <> 'CERTIFICATE'
    else about in ('CONTRIBUTION', 'CERTIFICATE') end),
  constraint only_a_settlement_has_lines check (line is null or about = 'SETTLEMENT'),
  constraint due_while_awaited check ((state in ('OPEN', 'FOLLOWED_UP')) = (due_on is not null)),
  constraint to_follow_up_once_answered check ((state = 'ANSWERED') = (follow_up_until is not null)),
  constraint closed_says_when check ((state = 'CLOSED') = (closed_at is not null)),
  constraint answered_says_when check (state not in ('ANSWERED', 'FOLLOWED_UP') or answered_at is not null)
);
create index question_of_person on settlement.question (insured_id, id);
create index question_of_employer on settlement.question (employer, id) where employer is not null;
-- What waits for an answer first, the most urgent first, then the others, the latest first.
create index question_of_pool on settlement.question (pool, coalesce(due_on, date '9999-12-31'), id desc);
create index question_due on settlement.question (due_on) where due_on is not null;
create index question_to_close on settlement.question (follow_up_until) where follow_up_until is not null;
create index question_provisional on settlement.question (id) where provisional and state <> 'CLOSED';

-- What was said and done, in order. Append only.
create table settlement.question_message (
  question_id uuid not null references settlement.question,
  seq integer not null constraint seq_starts_at_one check (seq > 0),
  kind text not null constraint kind_is_known
    check (kind in ('ASKED', 'ANSWERED', 'FOLLOWED_UP', 'ASSIGNED', 'OVERDUE', 'CLOSED')),
  at timestamptz not null,
  by text not null,
  words text,
  -- Who has it from then on, of ASSIGNED.
  assignee text,
  primary key (question_id, seq),
  constraint said_in_words check (kind not in ('ASKED', 'ANSWERED', 'FOLLOWED_UP') or words is not null),
  constraint assigned_to_somebody check ((kind = 'ASSIGNED') = (assignee is not null))
);

grant update (state, version, changed_at, answered_at, closed_at, assignee, clock_from, clock_days, due_on, follow_up_until,
  provisional, alarmed_at, breached_at) on settlement.question to {{settlement.writer}};

do $rows$
declare
  name text;
begin
  foreach name in array array['question', 'question_message']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
    execute format('grant select on settlement.%I to {{settlement.reader}}', name);
  end loop;
end
$rows$;
-- What a person asks is not for an employer to read, nor the other way round.
create policy those_concerned_read on settlement.question for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then asker = 'PERSON' and insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'employer' then asker = 'EMPLOYER' and employer = nullif(current_setting('yibao.employer', true), '')
    when 'staff' then pool = nullif(current_setting('yibao.pool', true), '')
    else false
  end
);
create policy of_merged_records on settlement.question for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'person' and asker = 'PERSON'
  and insured_id in (
    select a.insured_id from settlement.person_alias a
    where a.survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
  )
);
-- Seen with its question; who of the staff has it is among them.
create policy with_question on settlement.question_message for select to {{settlement.reader}} using (
  exists (select from settlement.question q where q.id = question_message.question_id)
  and (kind <> 'ASSIGNED' or current_setting('yibao.role', true) in ('staff', 'auditor'))
);
