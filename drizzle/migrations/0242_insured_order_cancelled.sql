-- Insured: CANCELLED is an order whose sum is not owed any longer, since what it was for was corrected. No money came in for it.
alter table insured.contribution_receipt
  drop constraint state_is_known,
  drop constraint what_came_in_says_when,
  add constraint state_is_known
    check (state in ('PENDING', 'CANCELLED', 'POSTED', 'OFFSET', 'OVERPAID', 'UNAPPLIED', 'REFUNDED')),
  add constraint what_came_in_says_when check ((state in ('PENDING', 'CANCELLED', 'OFFSET')) = (received_at is null));
create index contribution_receipt_ordered on insured.contribution_receipt (employer, pool, insurance_type)
  where state = 'PENDING' and employer is not null;
