-- Manual reimbursement (零星报销): who paid first claims the money back. A claim is kept under the record of the person; what
-- it holds of the invoices is held for it alone while it is alive.
create sequence settlement.claim_number;

create table settlement.claim (
  insured_id uuid not null,
  id uuid not null,
  -- What papers and people call it by: pool, day and a running number.
  number text not null unique,
  pool char(6) not null constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  insurance_type text not null,
  -- Kind of claim in the rules of the pool; null while a draft does not say.
  kind text,
  -- Why it was not settled directly.
  cause text,
  state text not null constraint state_is_known check (state in ('DRAFT', 'SUBMITTED', 'RETURNED', 'ACCEPTED', 'PROPOSED',
    'SETTLING', 'APPROVED', 'PAYING', 'PAYMENT_RETURNED', 'PAID', 'NOT_ACCEPTED', 'REJECTED', 'WITHDRAWN')),
  -- Every change raises it and names the one it was decided on.
  version integer not null default 1 constraint version_starts_at_one check (version > 0),
  -- What is claimed, as it was read; of a draft as it was written.
  content jsonb not null,
  -- The rules it was submitted under.
  rules text,
  applied_by text not null,
  channel text not null constraint channel_is_known check (channel in ('PERSON', 'WINDOW')),
  opened_at timestamptz not null,
  changed_at timestamptz not null,
  submitted_at timestamptz,
  accepted_at timestamptz,
  decided_at timestamptz,
  paid_at timestamptz,
  -- Caller of the reviewer.
  assignee text,
  settlement_id uuid,
  -- What the funds owe by the settlements of this claim, and what of it has left.
  owed bigint not null default 0,
  paid bigint not null default 0 constraint paid_is_not_negative check (paid >= 0),
  primary key (insured_id, id),
  constraint submitted_whole check (
    submitted_at is null or (kind is not null and cause is not null and rules is not null)
  ),
  constraint a_draft_is_with_nobody check (state <> 'DRAFT' or (submitted_at is null and assignee is null)),
  constraint submitted_before_anything_else check (state in ('DRAFT', 'WITHDRAWN') or submitted_at is not null),
  constraint approved_with_its_settlement check (
    state not in ('APPROVED', 'PAYING', 'PAYMENT_RETURNED', 'PAID') or settlement_id is not null
  )
);
create unique index claim_by_id on settlement.claim (id);
create index claim_of_pool on settlement.claim (pool, state, submitted_at) where submitted_at is not null;
create index claim_of_assignee on settlement.claim (assignee, state) where assignee is not null;

-- Invoices of claims that were submitted. While the claim is alive nobody else claims by them; a direct settlement is held off
-- by the rows of settlement.invoice and settlement.bill that the claim holds, whose settlement_id is the claim.
create table settlement.claim_invoice (
  insured_id uuid not null,
  claim_id uuid not null,
  -- Code of the kind of invoice (票据代码); empty on those that have none.
  code text not null,
  number text not null,
  issued_on date not null,
  amount bigint not null constraint amount_is_positive check (amount > 0),
  check_code text,
  institution text,
  live boolean not null,
  primary key (insured_id, claim_id, code, number)
);
create unique index claim_invoice_is_live_once on settlement.claim_invoice (code, number) where live;

-- Papers of claims that were submitted. The same picture stands once over all live claims.
create table settlement.claim_document (
  insured_id uuid not null,
  claim_id uuid not null,
  document_id uuid not null,
  kind text not null,
  sha256 bytea not null,
  live boolean not null,
  added_at timestamptz not null,
  primary key (insured_id, claim_id, document_id)
);
create unique index claim_document_is_live_once on settlement.claim_document (sha256) where live;

-- How a claim came to be what it is. Append only.
create table settlement.claim_event (
  insured_id uuid not null,
  claim_id uuid not null,
  seq integer not null constraint seq_starts_at_one check (seq > 0),
  kind text not null,
  -- The state it led to.
  state text not null,
  at timestamptz not null,
  by text not null,
  -- {zh, en}, what is said to the person.
  words jsonb,
  data jsonb not null default '{}',
  primary key (insured_id, claim_id, seq)
);

create table settlement.claim_line_review (
  insured_id uuid not null,
  claim_id uuid not null,
  serial text not null,
  -- National code of the item the reviewer mapped the line to.
  code text,
  outcome text not null constraint outcome_is_known check (outcome in ('APPROVED', 'REDUCED', 'DENIED')),
  -- In scope at most.
  amount bigint not null constraint amount_is_not_negative check (amount >= 0),
  reason text,
  by text not null,
  at timestamptz not null,
  primary key (insured_id, claim_id, serial),
  constraint what_is_not_approved_says_why check (outcome = 'APPROVED' or reason is not null)
);

-- The truth of a deadline; a job only wakes it.
create table settlement.claim_clock (
  insured_id uuid not null,
  claim_id uuid not null,
  kind text not null constraint kind_is_known check (kind in ('DECISION', 'SUPPLEMENT', 'PAYMENT', 'APPEAL')),
  started_at timestamptz not null,
  -- Working days there are, and those used before the last pause.
  days integer not null constraint days_are_not_negative check (days >= 0),
  used integer not null default 0 constraint used_is_not_negative check (used >= 0),
  -- Null while it is paused.
  due_on date,
  provisional boolean not null default false,
  paused_at timestamptz,
  pause_reason jsonb,
  stopped_at timestamptz,
  alarmed_at timestamptz,
  breached_at timestamptz,
  primary key (insured_id, claim_id, kind, started_at),
  constraint paused_or_due check ((paused_at is null) = (due_on is not null))
);
create unique index claim_clock_runs_once on settlement.claim_clock (claim_id, kind) where stopped_at is null;
create index claim_clock_due on settlement.claim_clock (due_on) where stopped_at is null;

create table settlement.claim_decision (
  id uuid primary key,
  insured_id uuid not null,
  claim_id uuid not null,
  outcome text not null constraint outcome_is_known check (outcome in ('APPROVE', 'PARTIAL', 'REJECT', 'NOT_ACCEPT')),
  -- Where the law says so.
  ground text,
  words jsonb,
  proposed_by text not null,
  proposed_at timestamptz not null,
  confirmed_by text,
  confirmed_at timestamptz,
  sent_back_by text,
  sent_back_at timestamptz,
  sent_back_words text,
  constraint confirmed_whole check ((confirmed_by is null) = (confirmed_at is null)),
  constraint sent_back_whole check (num_nonnulls(sent_back_by, sent_back_at, sent_back_words) in (0, 3)),
  constraint confirmed_or_sent_back check (confirmed_at is null or sent_back_at is null),
  constraint a_refusal_names_its_ground check (outcome not in ('REJECT', 'NOT_ACCEPT') or ground is not null)
);
create index claim_decision_of_claim on settlement.claim_decision (insured_id, claim_id, proposed_at);

create table settlement.claim_appeal (
  id uuid primary key,
  insured_id uuid not null,
  claim_id uuid not null,
  decision_id uuid references settlement.claim_decision,
  words text not null,
  documents jsonb not null default '[]',
  state text not null constraint state_is_known check (state in ('OPEN', 'UPHELD', 'DISMISSED')),
  opened_by text not null,
  opened_at timestamptz not null,
  answer text,
  decided_by text,
  decided_at timestamptz,
  constraint decided_whole check (
    (state = 'OPEN') = (decided_at is null) and num_nonnulls(answer, decided_by, decided_at) in (0, 3)
  )
);
create unique index claim_appeal_is_open_once on settlement.claim_appeal (claim_id) where state = 'OPEN';
create index claim_appeal_of_claim on settlement.claim_appeal (insured_id, claim_id, opened_at);

-- Where the money goes. The last one counts; the number itself is sealed.
create table settlement.claim_account (
  insured_id uuid not null,
  claim_id uuid not null,
  seq integer not null constraint seq_starts_at_one check (seq > 0),
  holder text not null,
  bank_name text not null,
  bank_code text,
  sealed bytea not null,
  masked text not null,
  -- Whether it passed the checks that can be made without the bank.
  fits boolean not null,
  entered_by text not null,
  entered_at timestamptz not null,
  primary key (insured_id, claim_id, seq)
);

-- What an employer is asked to certify for a claim of somebody insured through it. It learns nothing else of the claim.
create table settlement.claim_certificate (
  id uuid primary key,
  insured_id uuid not null,
  claim_id uuid not null,
  employer char(18) not null,
  state text not null constraint state_is_known check (state in ('REQUESTED', 'SIGNED', 'DECLINED')),
  -- What is certified: {zh, en}.
  words jsonb not null,
  requested_at timestamptz not null,
  answer text,
  answered_by text,
  answered_at timestamptz,
  constraint answered_whole check ((state = 'REQUESTED') = (answered_at is null) and (answered_by is null) = (answered_at is null)),
  constraint declined_with_a_reason check (state <> 'DECLINED' or answer is not null)
);
create unique index claim_certificate_is_asked_once on settlement.claim_certificate (claim_id, employer)
  where state <> 'DECLINED';
create index claim_certificate_of_employer on settlement.claim_certificate (employer, id);

-- An institution's bill and invoice are handed on from the claim to its settlement, and back.
grant update (insured_id, settlement_id) on settlement.bill, settlement.invoice to {{settlement.writer}};

grant update (insurance_type, pool, kind, cause, state, version, content, rules, changed_at, submitted_at, accepted_at, decided_at,
  paid_at, assignee, settlement_id, owed, paid) on settlement.claim to {{settlement.writer}};
grant update (live), delete on settlement.claim_invoice, settlement.claim_document to {{settlement.writer}};
grant update (code, outcome, amount, reason, by, at), delete on settlement.claim_line_review to {{settlement.writer}};
grant update (days, used, due_on, provisional, paused_at, pause_reason, stopped_at, alarmed_at, breached_at)
  on settlement.claim_clock to {{settlement.writer}};
grant update (confirmed_by, confirmed_at, sent_back_by, sent_back_at, sent_back_words) on settlement.claim_decision
  to {{settlement.writer}};
grant update (state, answer, decided_by, decided_at) on settlement.claim_appeal to {{settlement.writer}};
grant update (fits) on settlement.claim_account to {{settlement.writer}};
grant update (state, answer, answered_by, answered_at) on settlement.claim_certificate to {{settlement.writer}};

do $rows$
declare
  name text;
begin
  foreach name in array array['claim', 'claim_invoice', 'claim_document', 'claim_event', 'claim_line_review', 'claim_clock',
    'claim_decision', 'claim_appeal', 'claim_account', 'claim_certificate']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
    execute format('grant select on settlement.%I to {{settlement.reader}}', name);
    continue when name = 'claim';
    -- Who sees a claim sees what belongs to it: the inner query is itself under the rule of the claim.
    execute format($policy$create policy with_claim on settlement.%1$I for select to {{settlement.reader}} using (
      exists (select from settlement.claim c where c.insured_id = %1$I.insured_id and c.id = %1$I.claim_id))$policy$, name);
  end loop;
end
$rows$;
-- A draft is the person's own, unless the window writes it for them.
create policy those_concerned_read on settlement.claim for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = nullif(current_setting('yibao.pool', true), '') and (submitted_at is not null or channel = 'WINDOW')
    else false
  end
);
create policy of_merged_records on settlement.claim for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'person'
  and insured_id in (
    select a.insured_id from settlement.person_alias a
    where a.survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
  )
);
create policy asked_employer_reads on settlement.claim_certificate for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'employer' and employer = nullif(current_setting('yibao.employer', true), '')
);
