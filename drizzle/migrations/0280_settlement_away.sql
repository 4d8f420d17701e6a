-- Bills of persons insured on the platform of another province: what was asked there, and what has become of it. A row
-- is written before anything is said to the other platform, so that nothing that was said is ever unknown here.
create table settlement.away_bill (
  -- The id both platforms know it by.
  exchange uuid primary key,
  kind text not null constraint kind_is_known check (kind in ('SETTLE', 'REVERSE')),
  -- Province of the platform that insures the person.
  province char(2) not null constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  -- The request it answers, and the digest of what that asked for.
  caller text not null,
  request_id text not null,
  operation text not null,
  digest text not null,
  institution text not null,
  -- Pool whose bureau clears with the institution and is owed by the other province.
  clearing_agency text not null,
  visit text not null,
  charge_batch text not null,
  -- ASKED until the other platform has answered, then COMMITTING until it has recorded the commit. CANCELLING was given
  -- up here and is never committed. COMMITTED, REFUSED and ABORTED are for good.
  state text not null constraint state_is_known
    check (state in ('ASKED', 'COMMITTING', 'CANCELLING', 'COMMITTED', 'REFUSED', 'ABORTED')),
  -- What was said, without the credential.
  asked jsonb not null,
  -- The settlement as the other platform told it.
  answer jsonb,
  -- The settlement here: that of the bill, or the reversal of it. Its number is known before it is there.
  settlement_id uuid not null unique,
  insured_id uuid,
  -- Of a reversal: the exchange of the bill.
  of uuid references settlement.away_bill,
  asked_at timestamptz not null,
  -- When it is gone on with by itself; null once it is done.
  next_at timestamptz,
  attempts integer not null default 0,
  -- Why the last attempt came to nothing.
  trouble text,
  unique (caller, request_id),
  constraint waits_while_it_is_open check ((next_at is null) = (state in ('COMMITTED', 'REFUSED', 'ABORTED'))),
  constraint reversal_is_of_a_bill check ((kind = 'REVERSE') = (of is not null)),
  constraint answered_before_committed check (state not in ('COMMITTING', 'COMMITTED') or answer is not null or kind = 'REVERSE')
);
create index away_bill_waiting on settlement.away_bill (next_at) where next_at is not null;
create index away_bill_of_pool on settlement.away_bill (clearing_agency, exchange);
-- The bill of a visit's charge batch that is under way, and a reversal that is not refused: one at a time.
create index away_bill_under_way on settlement.away_bill (institution, visit) where next_at is not null;
create unique index away_bill_reversed_once on settlement.away_bill (of) where state <> 'REFUSED';

-- A request that is under way with another province, or was annulled before it came: the key lets only one of both be. The
-- request itself is recorded when it has its answer.
create table settlement.request_claim (
  caller text not null,
  request_id text not null,
  primary key (caller, request_id)
);
alter table settlement.request_claim enable row level security, force row level security;
create policy owner_all on settlement.request_claim to {{settlement.owner}} using (true);
create policy writer_all on settlement.request_claim to {{settlement.writer}} using (true);
grant delete on settlement.request_claim to {{settlement.writer}};

grant update (insured_id) on settlement.bill, settlement.invoice to {{settlement.writer}};
grant delete on settlement.away_bill to {{settlement.writer}};
grant update (state, answer, insured_id, next_at, attempts, trouble) on settlement.away_bill to {{settlement.writer}};
alter table settlement.away_bill enable row level security, force row level security;
create policy owner_all on settlement.away_bill to {{settlement.owner}} using (true);
create policy writer_all on settlement.away_bill to {{settlement.writer}} using (true);
grant select on settlement.away_bill to {{settlement.reader}};
create policy those_concerned_read on settlement.away_bill for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'staff' then clearing_agency = current_setting('yibao.pool', true)
    when 'auditor' then true
    else false
  end);

-- Its bill was decided on the platform that insures the person, which has what it was decided on.
alter table settlement.settlement
  drop constraint settlement_is_decided,
  add constraint settlement_is_decided check (reverses is not null or input is not null or other_province is not null);

-- What another province owes a bureau is the bureau's to know.
create policy owed_by_provinces_read on settlement.ledger_day for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff'
  and starts_with(account, 'receivable:province:' || current_setting('yibao.pool', true) || ':'));
create policy owed_by_provinces_read on settlement.ledger_entry for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'staff'
  and starts_with(account, 'receivable:province:' || current_setting('yibao.pool', true) || ':'));
