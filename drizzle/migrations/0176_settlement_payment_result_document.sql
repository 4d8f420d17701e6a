-- A result of the bank may be an uploaded document. Rows that moved no money are listed up to a number, and counted beyond.
alter table settlement.payment_result add column document uuid,
  add column problems_left_out integer not null default 0
    constraint problems_are_counted check (problems_left_out >= 0);
