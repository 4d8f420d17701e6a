-- Insured: contributions. What somebody owes for a period, what was paid of it, and the paper that says so.

-- One bill for a person, an insurance and a period. What was wrong about it is put right by a further one of the same
-- period that says the difference; nothing but the payment is ever added to a bill.
create table insured.contribution_bill (
  insured_id uuid not null references insured.person,
  bill_id uuid not null,
  pool char(6) not null,
  insurance_type text not null,
  -- 2026-11 for a month, 2027 for a year.
  period text not null,
  sequence smallint not null,
  kind text not null,
  person_type text not null,
  employer text,
  -- Null where the contribution is a fixed sum.
  base bigint,
  employer_share bigint not null,
  person_share bigint not null,
  government_share bigint not null,
  -- What the personal account is credited once the bill is paid.
  credit bigint not null,
  due_on date not null,
  -- By which rule of which pool, and since when that holds: 629900/flexible@2026-01-01.
  rule text not null,
  corrects uuid,
  made_at timestamptz not null,
  receipt_id uuid,
  paid_at timestamptz,
  primary key (insured_id, bill_id),
  unique (insured_id, insurance_type, pool, period, sequence),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint period_is_a_month_or_a_year check (period ~ '^2[0-9]{3}(-(0[1-9]|1[0-2]))?$'),
  constraint kind_is_known check (kind in ('EMPLOYEE', 'FLEXIBLE', 'RESIDENT', 'RETIRED')),
  constraint only_an_employer_declares check ((kind = 'EMPLOYEE') = (employer is not null)),
  constraint only_a_correction_is_negative check (
    sequence > 0 or (employer_share >= 0 and person_share >= 0 and government_share >= 0 and credit >= 0)
  ),
  constraint correction_says_of_what check ((sequence = 0) = (corrects is null)),
  constraint base_is_positive check (base > 0),
  constraint payment_is_whole check (receipt_id is null or paid_at is not null)
);
create index contribution_bill_by_id on insured.contribution_bill (bill_id);
create index contribution_bill_of_pool on insured.contribution_bill (pool, bill_id);
create index contribution_bill_of_employer on insured.contribution_bill (employer, period) where employer is not null;

-- Money that came in, one row for each payment of each channel. PENDING: somebody said they will pay, and a channel that
-- is shown the number takes the money. OVERPAID: it came for what was paid already, and is owed back.
create table insured.contribution_receipt (
  receipt_id uuid primary key,
  channel text not null,
  reference text not null,
  state text not null,
  pool char(6) not null,
  insurance_type text not null,
  period text not null,
  -- Whose bill it is for; an employer pays for all its people at once.
  insured_id uuid references insured.person,
  bill_id uuid,
  employer text,
  amount bigint not null,
  -- Who paid or ordered it, as callers are written down.
  caller text not null,
  -- The employer or person who may see it though another channel took the money.
  ordered_by text,
  made_at timestamptz not null,
  received_at timestamptz,
  posted_at timestamptz,
  unique (channel, reference),
  constraint state_is_known check (state in ('PENDING', 'POSTED', 'OVERPAID')),
  constraint it_is_for_somebody check ((insured_id is null) = (employer is not null)),
  constraint a_person_pays_a_bill check ((insured_id is null) = (bill_id is null)),
  constraint amount_is_positive check (amount > 0),
  constraint what_came_in_says_when check ((state = 'PENDING') = (received_at is null)),
  constraint posting_says_when check ((state = 'POSTED') = (posted_at is not null))
);
create index contribution_receipt_of_person on insured.contribution_receipt (insured_id, receipt_id);
create index contribution_receipt_of_pool on insured.contribution_receipt (pool, receipt_id);
create index contribution_receipt_of_bill on insured.contribution_receipt (bill_id);

-- How often a caller has named an identity number and a name that do not belong together on a day.
create table insured.contribution_guess (
  caller text not null,
  day date not null,
  count integer not null,
  primary key (caller, day),
  constraint count_is_not_negative check (count >= 0)
);

-- Up to where the monthly credits of a pool's retired are made out.
create table insured.contribution_run (
  pool char(6) not null,
  period text not null,
  after uuid not null,
  done boolean not null default false,
  primary key (pool, period)
);

-- Which declared months are billed; written with their bills.
create table insured.contribution_declared (
  declaration_id uuid primary key references insured.declaration,
  bills integer not null,
  at timestamptz not null
);

-- What a printed certificate says. Found by the keyed hash of its code; the code stands on the paper alone.
create table insured.contribution_certificate (
  certificate_id uuid not null,
  insured_id uuid not null references insured.person,
  code_hash bytea not null unique,
  content jsonb not null,
  content_hash bytea not null,
  issued_at timestamptz not null,
  primary key (insured_id, certificate_id),
  constraint hashes_have_their_length check (octet_length(code_hash) = 32 and octet_length(content_hash) = 32)
);

-- A collection file of a channel. Everything up to `line` is posted, or stands among the faults.
create table insured.collection (
  collection_id uuid primary key,
  channel text not null,
  pool char(6),
  document_id text not null,
  name text not null,
  digest text not null,
  state text not null,
  encoding text,
  line integer not null default 0,
  posted integer not null default 0,
  overpaid integer not null default 0,
  known integer not null default 0,
  bad integer not null default 0,
  amount bigint not null default 0,
  fault jsonb,
  caller text not null,
  made_at timestamptz not null,
  ended_at timestamptz,
  -- The same file again is the same collection.
  unique (channel, digest),
  constraint state_is_known check (state in ('WAITING', 'DONE', 'FAILED')),
  constraint end_says_when check ((state = 'WAITING') = (ended_at is null))
);

create table insured.collection_fault (
  collection_id uuid not null references insured.collection,
  line integer not null,
  problems jsonb not null,
  primary key (collection_id, line)
);

do $rows$
declare
  name text;
begin
  foreach name in array array['contribution_bill', 'contribution_receipt', 'contribution_guess', 'contribution_run',
    'contribution_declared', 'contribution_certificate', 'collection', 'collection_fault']
  loop
    execute format('alter table insured.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on insured.%I to {{insured.owner}} using (true)', name);
    execute format('create policy writer_all on insured.%I to {{insured.writer}} using (true)', name);
  end loop;
end
$rows$;

grant select on insured.contribution_bill, insured.contribution_receipt, insured.contribution_certificate,
  insured.collection, insured.collection_fault to {{insured.reader}};
grant update (receipt_id, paid_at) on insured.contribution_bill to {{insured.writer}};
grant update (channel, reference, state, caller, received_at, posted_at) on insured.contribution_receipt
  to {{insured.writer}};
grant update (count) on insured.contribution_guess to {{insured.writer}};
grant update (after, done) on insured.contribution_run to {{insured.writer}};
grant update (state, encoding, line, posted, overpaid, known, bad, amount, fault, ended_at) on insured.collection
  to {{insured.writer}};

create policy reader_bill on insured.contribution_bill for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'employer' then employer = current_setting('yibao.employer', true)
    else false
  end
);
-- Who paid for somebody else sees what they paid, and of the bill nothing more.
create policy reader_receipt on insured.contribution_receipt for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
      or ordered_by = current_setting('yibao.caller', true)
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'employer' then employer = current_setting('yibao.employer', true)
    when 'channel' then channel = current_setting('yibao.channel', true)
    else false
  end
);
create policy reader_certificate on insured.contribution_certificate for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    else false
  end
);
create policy reader_collection on insured.collection for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'channel' then channel = current_setting('yibao.channel', true)
    else false
  end
);
-- Seen by whom sees the collection.
create policy reader_collection_fault on insured.collection_fault for select to {{insured.reader}} using (
  exists (select from insured.collection c where c.collection_id = collection_fault.collection_id)
);

-- Contracts. A change of meaning is a new view beside the old one.

create view insured.contribution_month_v1 as
select b.insured_id, b.pool, b.insurance_type, m.month::date as month
from insured.contribution_bill b
cross join lateral generate_series(
  to_date(case length(b.period) when 4 then b.period || '-01' else b.period end, 'YYYY-MM')::timestamp,
  to_date(case length(b.period) when 4 then b.period || '-12' else b.period end, 'YYYY-MM')::timestamp,
  interval '1 month') as m (month)
where b.sequence = 0 and b.paid_at is not null;
comment on view insured.contribution_month_v1 is
  'Months whose contribution is paid, as their first day; a year counts as its twelve months, also those to come. The '
  'months of the retired are here without payment.';

create view insured.contribution_bill_v1 as
select bill_id, insured_id, pool, insurance_type, period, kind, person_share + employer_share as amount, due_on,
  paid_at is not null as paid
from insured.contribution_bill;
comment on view insured.contribution_bill_v1 is
  'What is billed, in fen: amount is what has to be paid, without what the government gives. A negative one is owed back.';

grant select on insured.contribution_month_v1, insured.contribution_bill_v1 to {{settlement.writer}};
