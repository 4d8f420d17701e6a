-- Transfers the bank gives back after it had said they were paid. What the bank says is kept when its file is read;
-- nothing moves until one of the staff has decided it.
create table settlement.payment_return (
  id uuid primary key,
  row_id uuid not null references settlement.payment_row,
  -- The file it was reported by.
  result_id uuid not null references settlement.payment_result,
  institution text not null,
  pool text not null,
  amount bigint not null constraint something_came_back check (amount > 0),
  bank_reason text not null,
  bank_reference text,
  reported_at timestamptz not null,
  state text not null constraint state_is_known check (state in ('OPEN', 'CONFIRMED', 'DISMISSED')),
  reason text,
  decided_by text,
  decided_at timestamptz,
  constraint decided_with_a_reason check (
    (state = 'OPEN') = (reason is null) and (state = 'OPEN') = (decided_by is null)
    and (state = 'OPEN') = (decided_at is null))
);
-- A transfer comes back once; what staff dismissed the bank may report again.
create unique index returned_once on settlement.payment_return (row_id) where state <> 'DISMISSED';
create index return_of_institution on settlement.payment_return (institution, id);
create index return_of_pool on settlement.payment_return (pool, id);

do $security$
begin
  alter table settlement.payment_return enable row level security, force row level security;
  create policy owner_all on settlement.payment_return to {{settlement.owner}} using (true);
  create policy writer_all on settlement.payment_return to {{settlement.writer}} using (true);
  create policy those_concerned_read on settlement.payment_return for select to {{settlement.reader}} using (
    case current_setting('yibao.role', true)
      when 'institution' then institution = current_setting('yibao.institution', true)
      when 'staff' then pool = current_setting('yibao.pool', true)
      when 'auditor' then true
      else false
    end);
end
$security$;
grant select on settlement.payment_return to {{settlement.reader}};
grant update (state, reason, decided_by, decided_at) on settlement.payment_return to {{settlement.writer}};

alter table settlement.payment_row drop constraint state_is_known, add constraint state_is_known
  check (state in ('SENT', 'PAID', 'REJECTED', 'RETURNED'));
alter table settlement.clearing_posting drop constraint kind_is_known, add constraint kind_is_known check (kind in
  ('DEDUCTION', 'DIFFERENCE', 'DUE', 'CLAIM', 'DEPOSIT', 'RELEASE', 'SENT', 'PAID', 'REJECTED', 'RETURNED', 'POOL_PAID',
    'POOL_RECEIVED'));
