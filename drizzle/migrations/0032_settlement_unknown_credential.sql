-- How many bills of an institution named the identity number of nobody on a day. Beyond a limit it settles by
-- e-voucher or card only: what a number is must not be found out by trying.
create table settlement.unknown_credential (
  institution text not null,
  day date not null,
  count integer not null constraint count_is_positive check (count > 0),
  primary key (institution, day)
);
grant update (count) on settlement.unknown_credential to {{settlement.writer}};
alter table settlement.unknown_credential enable row level security, force row level security;
create policy owner_all on settlement.unknown_credential to {{settlement.owner}} using (true);
create policy writer_all on settlement.unknown_credential to {{settlement.writer}} using (true);
