-- What a trial promised for a short time: settling by it gives the same amounts, or nothing is settled. `print` holds
-- the amounts it is compared by. Swept when long expired.
create table settlement.quote (
  id uuid primary key,
  institution text not null,
  visit text not null,
  charge_batch text not null,
  insured_id uuid not null,
  print text not null,
  made_at timestamptz not null,
  expires_at timestamptz not null constraint expires_after_it_is_made check (expires_at > made_at)
);
create index quote_by_expiry on settlement.quote (expires_at);
grant delete on settlement.quote to {{settlement.writer}};

-- An institution's word that it has received the answer to a settlement. With a time asked for in `settle` the
-- settlement is reversed when the word is not there by `due_at`; `closed_at` then ends the time for it.
create table settlement.confirmation (
  settlement_id uuid not null,
  insured_id uuid not null,
  institution text not null,
  due_at timestamptz,
  confirmed_at timestamptz,
  closed_at timestamptz,
  primary key (settlement_id, insured_id),
  constraint confirmed_or_closed check (confirmed_at is null or closed_at is null),
  constraint closed_only_when_due check (closed_at is null or due_at is not null)
);
create index confirmation_due on settlement.confirmation (due_at) where confirmed_at is null and due_at is not null;
grant update (confirmed_at, closed_at) on settlement.confirmation to {{settlement.writer}};

-- A bill that was paid in full and later settled: the invoice of then is void and can neither be settled nor claimed by
-- hand any more. An annulment frees it: by that nothing was done at the counter.
create table settlement.conversion (
  institution text not null,
  invoice text not null,
  insured_id uuid not null,
  settlement_id uuid not null,
  paid_at timestamptz not null,
  paid bigint not null constraint something_was_paid check (paid > 0),
  returned bigint not null constraint no_more_is_returned_than_was_paid check (returned between 0 and paid),
  primary key (institution, invoice)
);
create index conversion_of_settlement on settlement.conversion (settlement_id);
grant delete on settlement.conversion to {{settlement.writer}};

-- What relatives' accounts paid of a bill, in the sponsor's name as well: the counter of the sponsor's promise is
-- `mutual-aid:<beneficiary>@<calendar year>`. A reversal has rows of its own with the amounts negated.
create table settlement.mutual_aid (
  settlement_id uuid not null,
  insured_id uuid not null,
  sponsor_id uuid not null constraint nobody_sponsors_themself check (sponsor_id <> insured_id),
  place smallint not null,
  pool text not null,
  insurance_type text not null,
  year text not null,
  current bigint not null,
  history bigint not null,
  primary key (settlement_id, sponsor_id, insured_id),
  constraint something_is_paid check (current <> 0 or history <> 0)
);
create index mutual_aid_of_sponsor on settlement.mutual_aid (sponsor_id, settlement_id);

grant select on settlement.confirmation, settlement.conversion, settlement.mutual_aid to {{settlement.reader}};

do $security$
declare
  name text;
begin
  foreach name in array array['quote', 'confirmation', 'conversion', 'mutual_aid']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
  end loop;
end
$security$;

create policy with_settlement on settlement.confirmation for select to {{settlement.reader}} using (
  exists (select from settlement.settlement s
    where s.id = confirmation.settlement_id and s.insured_id = confirmation.insured_id));
create policy with_settlement on settlement.conversion for select to {{settlement.reader}} using (
  exists (select from settlement.settlement s
    where s.id = conversion.settlement_id and s.insured_id = conversion.insured_id));
-- A sponsor sees what their account paid, not the bill it was paid for. An institution sees neither.
create policy those_concerned_read on settlement.mutual_aid for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'person' then nullif(current_setting('yibao.insured', true), '')::uuid in (insured_id, sponsor_id)
    when 'auditor' then true
    else false
  end);
