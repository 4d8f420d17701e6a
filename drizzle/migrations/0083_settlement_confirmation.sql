-- A settlement that was not confirmed in time and cannot be taken back yet is tried again later, behind those that can.
alter table settlement.confirmation add column next_at timestamptz;
grant update (next_at) on settlement.confirmation to {{settlement.writer}};
drop index settlement.confirmation_due;
create index confirmation_due on settlement.confirmation (coalesce(next_at, due_at))
  where confirmed_at is null and due_at is not null;
