-- Insured: what employers have paid too much, and where it goes. A bill that is paid never changes: a correction that lowers
-- it leaves a credit, which is set against the next months of the same employer, pool and insurance.

-- Held by whoever bills, pays or sets off, so that they come one after the other.
create table insured.employer_credit (
  credit_id uuid primary key,
  employer char(18) not null,
  pool char(6) not null,
  insurance_type text not null,
  balance bigint not null default 0,
  -- Changed each time it is held, so that who decided on what was before decides again.
  version bigint not null default 0,
  unique (employer, pool, insurance_type),
  constraint credit_is_never_below_zero check (balance >= 0)
);

-- LEFT_OVER: the bills of a month came to less than nothing, and what is left was added. SET_OFF: taken for a month; its
-- receipt is empty until that month is paid. RETURNED: taken to be given back, by the receipt that says so.
create table insured.employer_credit_entry (
  entry_id uuid primary key,
  credit_id uuid not null references insured.employer_credit,
  kind text not null,
  period text,
  amount bigint not null,
  receipt_id uuid references insured.contribution_receipt,
  at timestamptz not null,
  constraint kind_is_known check (kind in ('LEFT_OVER', 'SET_OFF', 'RETURNED')),
  constraint only_what_is_left_over_adds check ((kind = 'LEFT_OVER') = (amount > 0) and amount <> 0),
  constraint a_month_is_named check ((kind = 'RETURNED') = (period is null)),
  constraint only_a_month_waits_for_its_payment check (kind = 'SET_OFF' or receipt_id is not null)
);
create index employer_credit_entry_of_credit on insured.employer_credit_entry (credit_id, entry_id);
create index employer_credit_entry_open on insured.employer_credit_entry (credit_id, period)
  where kind = 'SET_OFF' and receipt_id is null;

do $rows$
declare
  name text;
begin
  foreach name in array array['employer_credit', 'employer_credit_entry']
  loop
    execute format('alter table insured.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on insured.%I to {{insured.owner}} using (true)', name);
    execute format('create policy writer_all on insured.%I to {{insured.writer}} using (true)', name);
    execute format('grant select on insured.%I to {{insured.reader}}', name);
  end loop;
end
$rows$;
grant update (balance, version) on insured.employer_credit to {{insured.writer}};
grant update (receipt_id) on insured.employer_credit_entry to {{insured.writer}};

create policy reader_credit on insured.employer_credit for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'employer' then employer = current_setting('yibao.employer', true)
    else false
  end
);
-- Seen by whom sees the credit.
create policy reader_credit_entry on insured.employer_credit_entry for select to {{insured.reader}} using (
  exists (select from insured.employer_credit c where c.credit_id = employer_credit_entry.credit_id)
);

-- OFFSET: the bills it settles came to nothing or less, or credit paid for them; no money came in. Its amount is their sum.
alter table insured.contribution_receipt
  drop constraint state_is_known,
  drop constraint amount_is_positive,
  drop constraint what_came_in_says_when,
  drop constraint posting_says_when,
  add constraint state_is_known check (state in ('PENDING', 'POSTED', 'OFFSET', 'OVERPAID', 'REFUNDED')),
  add constraint money_is_positive check (state = 'OFFSET' or amount > 0),
  add constraint what_came_in_says_when check ((state in ('PENDING', 'OFFSET')) = (received_at is null)),
  add constraint posting_says_when check ((state in ('POSTED', 'OFFSET')) = (posted_at is not null));
create index contribution_receipt_of_employer on insured.contribution_receipt (employer, period)
  where employer is not null;
