-- A bank may also say that a transfer was paid which it had rejected before. What it was to pay waits for no other batch
-- until one of the staff has decided whether it was.
alter table settlement.payment_return
  add column kind text not null default 'CAME_BACK' constraint kind_is_known check (kind in ('CAME_BACK', 'PAID_AFTER_ALL'));
alter table settlement.payment_return alter column kind drop default;
drop index settlement.returned_once;
-- Each of them is so once; what staff dismissed the bank may report again. They are decided one after the other.
create unique index returned_once on settlement.payment_return (row_id, kind) where state <> 'DISMISSED';
create unique index return_is_decided_before_the_next on settlement.payment_return (row_id) where state = 'OPEN';
-- The parts of one row, for what waits.
create index payment_part_of_part on settlement.payment_part (part_id);
