-- UNAPPLIED: money that came in and is not the sum that is owed. It pays nothing and is owed back whole.
alter table insured.contribution_receipt
  drop constraint state_is_known,
  add constraint state_is_known check (state in ('PENDING', 'POSTED', 'OFFSET', 'OVERPAID', 'UNAPPLIED', 'REFUNDED'));
