-- A comparison also ends when what the other platform answers cannot be its books: then it says by what code.
alter table settlement.exchange_reconciliation
  drop constraint state_is_known,
  add constraint state_is_known check (state in ('BALANCED', 'DIFFERENT', 'UNANSWERED', 'FAILED')),
  add column trouble text,
  add constraint failed_for_a_reason check ((state = 'FAILED') = (trouble is not null));
