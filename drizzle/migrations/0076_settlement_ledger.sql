-- Balances of every ledger account, now and as of any moment, without a row that bills share: totals are folded from the
-- entries behind the bills' backs.

-- Which transaction wrote an entry. Neither ids nor times stand in the order of commit, a snapshot's horizon does: an
-- entry below it is either visible or never will be. A bigint, because BRIN has no operators for xid8. BRIN, because
-- entries are written in about this order: a few pages and next to no WAL. Measured for a group of four entries, CPU of
-- the server: 22 µs without the column, 23 with it, 26 with the index (26 with a B-tree), of the 580 of a whole bill.
alter table settlement.ledger_entry add column tx bigint not null default (pg_current_xact_id()::text::bigint);
create index ledger_entry_by_tx on settlement.ledger_entry using brin (tx)
  with (autosummarize = on, pages_per_range = 32);

-- The day (Asia/Shanghai) whose time a UUIDv7 carries.
create function settlement.id_day(id uuid) returns date
language sql immutable strict parallel safe
return (to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0) at time zone 'Asia/Shanghai')::date;

-- Numbers of transactions mean something within one server only; this tells it from others.
create function settlement.server_id() returns bigint
language sql stable parallel safe
return (select system_identifier from pg_control_system());

-- What an account took and gave on a day, folded. `pool` is the pool the postings were made for: what several pools owe
-- one institution stands apart, so that each sees its own. Whose an account is, is read from its name.
create table settlement.ledger_day (
  account text collate "C" not null,
  pool text not null,
  day date not null,
  amount bigint not null,
  kind text not null generated always as (
    case when account ~ '^(fund|personal|opening):' then split_part(account, ':', 1)
      when account ~ '^payable:(institution|person):' then 'payable:' || split_part(account, ':', 2)
      else 'other' end) stored,
  institution text generated always as (
    case when account like 'payable:institution:%' then split_part(account, ':', 3) end) stored,
  insured_id uuid generated always as (
    case when account ~ '^personal:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:' then split_part(account, ':', 2)::uuid
      when account ~ '^payable:person:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        then split_part(account, ':', 3)::uuid end) stored,
  primary key (account, pool, day)
) with (fillfactor = 80);

-- Every entry with a `tx` below `below` is folded, each once: the number moves in the transaction of the fold.
create table settlement.ledger_fold (
  id boolean primary key default true constraint there_is_one check (id),
  server bigint not null,
  below bigint not null
);
insert into settlement.ledger_fold (server, below) values (settlement.server_id(), 0);

-- For a database that was restored on another server, where numbers of transactions began anew: everything is folded
-- again from the beginning, and entries with numbers that are still to come get one of this server.
create function settlement.adopt_ledger() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $adopt_ledger$
begin
  update settlement.ledger_fold set server = settlement.server_id(), below = 0 where server <> settlement.server_id();
  if not found then return; end if;
  delete from settlement.ledger_day;
  update settlement.ledger_entry set tx = pg_current_xact_id()::text::bigint
  where tx >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
end
$adopt_ledger$;
revoke all on function settlement.adopt_ledger() from public;
grant execute on function settlement.adopt_ledger() to {{settlement.writer}};

grant update on settlement.ledger_day, settlement.ledger_fold to {{settlement.writer}};
grant select on settlement.ledger_day, settlement.ledger_fold to {{settlement.reader}};
alter table settlement.ledger_day enable row level security, force row level security;
alter table settlement.ledger_fold enable row level security, force row level security;
create policy owner_all on settlement.ledger_day to {{settlement.owner}} using (true);
create policy owner_all on settlement.ledger_fold to {{settlement.owner}} using (true);
create policy writer_all on settlement.ledger_day to {{settlement.writer}} using (true);
create policy writer_all on settlement.ledger_fold to {{settlement.writer}} using (true);

create policy those_concerned_read on settlement.ledger_day for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'staff' then pool = current_setting('yibao.pool', true)
      and kind in ('fund', 'opening', 'payable:institution', 'payable:person')
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end);
create policy signed_in_read on settlement.ledger_fold for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) in ('institution', 'staff', 'person', 'auditor'));

-- The entries of an account are seen by whose name it carries, too; the name is looked at first, it costs nothing.
alter policy with_settlement on settlement.ledger_entry using (
  case current_setting('yibao.role', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    when 'institution' then account = 'payable:institution:' || current_setting('yibao.institution', true)
      or exists (select from settlement.settlement s
        where s.id = ledger_entry.group_id and s.insured_id = ledger_entry.insured_id)
    when 'staff' then starts_with(account, 'fund:' || current_setting('yibao.pool', true) || ':')
      or account = 'opening:' || current_setting('yibao.pool', true)
      or exists (select from settlement.settlement s
        where s.id = ledger_entry.group_id and s.insured_id = ledger_entry.insured_id)
    else false
  end);
