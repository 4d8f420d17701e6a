-- Insured: arrears by themselves, and money that is given back.

-- What was done about a bill nobody had paid, each step once: who was let off by the bureau is not suspended for the
-- same bill again, and nobody is reminded twice.
create table insured.arrears_step (
  insured_id uuid not null,
  bill_id uuid not null,
  step text not null,
  at timestamptz not null,
  primary key (insured_id, bill_id, step),
  foreign key (insured_id, bill_id) references insured.contribution_bill,
  constraint step_is_known check (step in ('REMINDED', 'SUSPENDED'))
);
alter table insured.arrears_step enable row level security, force row level security;
create policy owner_all on insured.arrears_step to {{insured.owner}} using (true);
create policy writer_all on insured.arrears_step to {{insured.writer}} using (true);

create index contribution_bill_unpaid on insured.contribution_bill (pool, due_on) where paid_at is null;
create index enrolment_in_arrears on insured.enrolment (enrolment_id)
  where suspend_reason = 'ARREARS' and voided_at is null;

-- REFUNDED: was OVERPAID, and whoever owed it back has given it back. It stays as it came in, and says how it went.
alter table insured.contribution_receipt
  add column refunded_at timestamptz,
  add column refunded_by text,
  add column refund_reference text,
  drop constraint state_is_known,
  add constraint state_is_known check (state in ('PENDING', 'POSTED', 'OVERPAID', 'REFUNDED')),
  add constraint a_refund_says_when_who_and_how check (
    (state = 'REFUNDED') = (refunded_at is not null)
    and (state = 'REFUNDED') = (refunded_by is not null)
    and (state = 'REFUNDED') = (refund_reference is not null)
  );
grant update (refunded_at, refunded_by, refund_reference) on insured.contribution_receipt to {{insured.writer}};
