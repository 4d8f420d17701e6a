-- What becomes of a deposit that no score gives back: staff decide it by an assessment, with a reason. Append only but for
-- whether what goes back is paid.

-- A year without a score is decided as one whose score gives nothing back.
alter table settlement.deposit_release alter column score drop not null,
  add constraint nothing_goes_back_without_a_score check (score is not null or (share, amount) = (0, 0));

create table settlement.deposit_decision (
  id uuid primary key,
  -- Of which release it is the rest: each is decided once.
  release_id uuid not null unique references settlement.deposit_release,
  institution text not null,
  pool text not null,
  year text not null,
  amount bigint not null constraint something_was_left check (amount > 0),
  outcome text not null constraint outcome_is_known check (outcome in ('RELEASED', 'FORFEITED')),
  state text not null constraint state_is_known check (state in ('OPEN', 'PAYING', 'PAID', 'FORFEITED')),
  reason text not null,
  -- Number of the paper it rests on, and the paper.
  source_number text not null,
  document text,
  decided_by text not null,
  at timestamptz not null,
  constraint what_is_forfeited_is_not_paid check ((outcome = 'FORFEITED') = (state = 'FORFEITED'))
);
create index decision_of_institution on settlement.deposit_decision (institution, id);
create index decision_open on settlement.deposit_decision (pool, id) where state = 'OPEN';

do $security$
begin
  alter table settlement.deposit_decision enable row level security, force row level security;
  create policy owner_all on settlement.deposit_decision to {{settlement.owner}} using (true);
  create policy writer_all on settlement.deposit_decision to {{settlement.writer}} using (true);
  create policy those_concerned_read on settlement.deposit_decision for select to {{settlement.reader}} using (
    case current_setting('yibao.role', true)
      when 'institution' then institution = current_setting('yibao.institution', true)
      when 'staff' then pool = current_setting('yibao.pool', true)
      when 'auditor' then true
      else false
    end);
end
$security$;
grant select on settlement.deposit_decision to {{settlement.reader}};
grant update (state) on settlement.deposit_decision to {{settlement.writer}};

alter table settlement.payment_part drop constraint kind_is_known, add constraint kind_is_known
  check (kind in ('STATEMENT', 'RELEASE', 'DECISION'));
alter table settlement.clearing_posting drop constraint kind_is_known, add constraint kind_is_known check (kind in
  ('DEDUCTION', 'DIFFERENCE', 'DUE', 'CLAIM', 'DEPOSIT', 'RELEASE', 'DECISION', 'SENT', 'PAID', 'REJECTED', 'RETURNED',
    'POOL_PAID', 'POOL_RECEIVED'));
