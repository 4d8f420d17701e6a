-- Withdrawing a statement between provinces before it is confirmed: the place asks (WITHDRAWING), home decides (WITHDRAWN),
-- and the lines are free for the next statement on both platforms.
alter table settlement.net_statement
  drop constraint state_is_known, add constraint state_is_known check (state in
    ('ARRIVING', 'DECLARED', 'WITHDRAWING', 'WITHDRAWN', 'CONFIRMED', 'PAID', 'RECEIVED')),
  drop constraint due_once_confirmed, add constraint due_once_confirmed check (
    (due_on is null) = (state in ('ARRIVING', 'DECLARED', 'WITHDRAWING', 'WITHDRAWN')));
