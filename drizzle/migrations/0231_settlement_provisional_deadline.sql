-- Deadlines in working days of a year whose holidays are not published yet say so, and are counted anew when they are.
alter table settlement.monthly_statement
  add column appeal_provisional boolean not null default false,
  add column due_provisional boolean not null default false;
alter table settlement.pool_statement add column due_provisional boolean not null default false;
-- The holidays of 2027 are not published as this is written: what was counted into it is counted once more.
update settlement.monthly_statement
  set appeal_provisional = coalesce(appeal_until >= '2027-01-01', false), due_provisional = coalesce(due_on >= '2027-01-01', false);
update settlement.pool_statement set due_provisional = due_on >= '2027-01-01';
create index statement_provisional on settlement.monthly_statement (id) where appeal_provisional or due_provisional;
create index pool_statement_provisional on settlement.pool_statement (id) where due_provisional;
grant update (appeal_provisional, due_provisional) on settlement.monthly_statement to {{settlement.writer}};
grant update (due_on, due_provisional) on settlement.pool_statement to {{settlement.writer}};
