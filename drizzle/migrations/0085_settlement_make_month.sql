-- A month whose rows already stand in the default partition stays there, and attaching is what tells: the look before it
-- saw none, because row level security shuts the default partition to its owner as well, so a filled month stopped the
-- start and the job that make partitions.
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
revoke all on function settlement.make_month(date) from public;
grant execute on function settlement.make_month(date) to {{settlement.writer}};
