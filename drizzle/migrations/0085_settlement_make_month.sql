-- A month whose first rows come between the look at the default partition and the attaching stays there as well: the
-- next run finds it filled.
create or replace function settlement.make_month(day date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $make_month$
declare
  first date := date_trunc('month', day);
  lower uuid := settlement.id_floor(first::timestamp at time zone 'Asia/Shanghai');
  upper uuid := settlement.id_floor((first + interval '1 month')::timestamp at time zone 'Asia/Shanghai');
  parent text;
  key text;
  name text;
  filled boolean;
begin
  perform pg_advisory_xact_lock(hashtext('settlement.make_month'));
  for parent, key in values ('settlement', 'id'), ('settlement_line', 'settlement_id'), ('ledger_entry', 'group_id')
  loop
    name := parent || '_' || to_char(first, 'YYYYMM');
    continue when to_regclass(format('settlement.%I', name)) is not null;
    execute format('select exists (select from settlement.%I where %I >= $1 and %I < $2)', parent || '_default', key, key)
      into filled using lower, upper;
    continue when filled;
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
