-- The deduction of a settlement that is taken back is given back by rule: a reversed bill owes nothing. The entry counts in
-- the month of the reversal or later, never in a statement of an earlier month.
alter table settlement.deduction add column from_month text
  constraint month_is_one check (from_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  add constraint only_withdrawals_wait_for_a_month check (from_month is null or withdraws is not null);

-- An appeal that nothing is left to be decided of.
alter table settlement.deduction_appeal drop constraint state_is_known, add constraint state_is_known
  check (state in ('OPEN', 'UPHELD', 'REJECTED', 'LAPSED'));
