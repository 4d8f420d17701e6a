-- Old months of the ledger are put away, the oldest first: what each account held at the end of the month goes on as one
-- group at the beginning of the next, and the partition becomes a table of its own, which may be stored elsewhere.

-- What was put away, month by month without a gap: how much, and a digest by which the table is known when it is brought
-- back. Append only.
create table settlement.ledger_archive (
  month date primary key constraint month_is_its_first_day check (extract(day from month) = 1),
  entries bigint not null constraint entries_are_counted check (entries >= 0),
  groups bigint not null constraint groups_are_counted check (groups between 0 and entries),
  carried bigint not null constraint carried_are_counted check (carried >= 0),
  digest text not null constraint digest_is_sha256 check (digest ~ '^[0-9a-f]{64}$'),
  archived_at timestamptz not null,
  archived_by text not null default session_user
);
alter table settlement.ledger_archive enable row level security, force row level security;
create policy owner_all on settlement.ledger_archive to {{settlement.owner}} using (true);
create policy writer_all on settlement.ledger_archive to {{settlement.writer}} using (true);
create policy signed_in_read on settlement.ledger_archive for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) in ('institution', 'staff', 'person', 'auditor'));
grant select on settlement.ledger_archive to {{settlement.reader}};

-- The id of the group that carries forward what was put away: every group below it is put away, every one above it is
-- here. The smallest uuid while nothing is.
create function settlement.ledger_border() returns uuid
language sql stable parallel safe
return coalesce(
  (select settlement.id_floor((max(month) + interval '1 month') at time zone 'Asia/Shanghai') from settlement.ledger_archive),
  '00000000-0000-0000-0000-000000000000'::uuid);

-- The first day that is not put away; 1970 while nothing is.
create function settlement.ledger_border_day() returns date
language sql stable parallel safe
return settlement.id_day(settlement.ledger_border());

-- What was carried forward has the number 0, for its days were folded before: they are kept when everything else is
-- folded again.
create or replace function settlement.adopt_ledger() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $adopt_ledger$
begin
  update settlement.ledger_fold set server = settlement.server_id(), below = 0 where server <> settlement.server_id();
  if not found then return; end if;
  delete from settlement.ledger_day where day >= settlement.ledger_border_day();
  update settlement.ledger_entry set tx = pg_current_xact_id()::text::bigint
  where tx >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
end
$adopt_ledger$;

-- No month is made again for entries that were put away.
create or replace function settlement.make_month(day date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $make_month$
declare
  first date := date_trunc('month', day);
  lower uuid := settlement.id_floor(first::timestamp at time zone 'Asia/Shanghai');
  upper uuid := settlement.id_floor((first + interval '1 month')::timestamp at time zone 'Asia/Shanghai');
  parent text;
  name text;
begin
  perform pg_advisory_xact_lock(hashtext('settlement.make_month'));
  foreach parent in array array['settlement', 'settlement_line', 'ledger_entry']
  loop
    name := parent || '_' || to_char(first, 'YYYYMM');
    continue when to_regclass(format('settlement.%I', name)) is not null;
    continue when parent = 'ledger_entry' and lower < settlement.ledger_border();
    begin
      execute format('create table settlement.%I (like settlement.%I including defaults including constraints)',
        name, parent);
      execute format('alter table settlement.%I enable row level security, force row level security', name);
      execute format('alter table settlement.%I attach partition settlement.%I for values from (%L) to (%L)',
        parent, name, lower, upper);
    exception when check_violation then
      raise notice '% stays in the default partition', name;
    end;
  end loop;
end
$make_month$;

-- Holds a month of the ledger for the rest of the transaction: it is read by all and added to by none. False while
-- another transaction puts a month away, or when one just has.
create function settlement.hold_ledger_month(month date) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $hold_ledger_month$
declare
  partition text := 'ledger_entry_' || to_char(month, 'YYYYMM');
begin
  if not pg_try_advisory_xact_lock(hashtext('settlement.ledger_archive')) then return false; end if;
  if to_regclass(format('settlement.%I', partition)) is null then return false; end if;
  execute format('lock table settlement.%I in share mode', partition);
  return true;
end
$hold_ledger_month$;

-- How many entries and groups a month has, and a digest over all of them in the order of their key, whatever it is
-- read from: the ledger, or the table that was put away. The numbers of transactions are left out, they change when a database moves to another
-- server. By parts of 65 seconds, because no text is longer than a gigabyte.
create function settlement.ledger_digest(source text, month date)
returns table (entries bigint, groups bigint, digest text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $ledger_digest$
begin
  if source not in ('ledger_entry', 'ledger_archived_' || to_char(month, 'YYYYMM')) then
    raise exception '% holds no month of the ledger', source;
  end if;
  return query execute format($query$
    select coalesce(sum(part.entries), 0)::bigint, coalesce(sum(part.groups), 0)::bigint,
      encode(sha256(convert_to(coalesce(string_agg(part.digest, '' order by part.place collate "C"), ''), 'UTF8')), 'hex')
    from (
      select left(group_id::text, 8) as place, count(*) as entries, count(distinct group_id) as groups,
        encode(sha256(convert_to(string_agg(group_id || ' ' || account || ' ' || insured_id || ' ' || amount, E'\n'
          order by group_id, account collate "C", insured_id), 'UTF8')), 'hex') as digest
      from settlement.%I %s group by 1) part
    $query$, source, case when source = 'ledger_entry' then format('where group_id >= %L and group_id < %L',
      settlement.id_floor(month::timestamp at time zone 'Asia/Shanghai'),
      settlement.id_floor((month + interval '1 month') at time zone 'Asia/Shanghai')) else '' end);
end
$ledger_digest$;

-- Makes the partition of a month that was recorded a table of its own, and shuts the ledger to entries of that time. The
-- table is the owner's alone, and nobody's rows are dropped.
create function settlement.detach_ledger_month(month date) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $detach_ledger_month$
declare
  partition text := 'ledger_entry_' || to_char(month, 'YYYYMM');
  archived text := 'ledger_archived_' || to_char(month, 'YYYYMM');
begin
  if month is distinct from (select max(a.month) from settlement.ledger_archive a) then
    raise exception 'month % is not the one that was recorded last', month;
  end if;
  execute format('alter table settlement.ledger_entry detach partition settlement.%I', partition);
  execute format('alter table settlement.ledger_entry_default drop constraint if exists is_not_archived,
    add constraint is_not_archived check (group_id >= %L) not valid', settlement.ledger_border());
  execute format('alter table settlement.%I rename to %I', partition, archived);
  execute format('revoke all on settlement.%I from ', archived) || $role${{settlement.writer}}$role$;
  execute format('create policy owner_all on settlement.%I to ', archived) || $role${{settlement.owner}} using (true)$role$;
  return archived;
end
$detach_ledger_month$;

do $rights$
declare
  name text;
begin
  foreach name in array array['hold_ledger_month(date)', 'ledger_digest(text, date)', 'detach_ledger_month(date)']
  loop
    execute format('revoke all on function settlement.%s from public', name);
    execute format('grant execute on function settlement.%s to {{settlement.writer}}', name);
  end loop;
end
$rights$;
