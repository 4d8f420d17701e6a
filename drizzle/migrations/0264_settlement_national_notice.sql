-- Clearing notices of the national centre (清算通知书), as they were imported: what provinces owe each other for a month by its
-- books. What stands here is compared when it is read.
create table settlement.national_notice (
  id uuid primary key,
  number text not null unique,
  province char(2) not null,
  month text not null constraint month_is_one check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  sha256 text not null,
  imported_by text not null,
  at timestamptz not null
);
create table settlement.national_notice_line (
  notice_id uuid not null references settlement.national_notice,
  province char(2) not null constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  side text not null constraint side_is_known check (side in ('PLACE', 'HOME')),
  line integer not null,
  count integer not null,
  amount bigint not null,
  primary key (notice_id, province, side)
);

do $security$
declare
  name text;
begin
  foreach name in array array['national_notice', 'national_notice_line']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
    execute format('grant select on settlement.%I to {{settlement.reader}}', name);
    execute format($policy$create policy the_province_reads on settlement.%I for select to {{settlement.reader}} using (
      case current_setting('yibao.role', true)
        when 'staff' then right(current_setting('yibao.pool', true), 4) = '9900'
        when 'auditor' then true
        else false
      end)$policy$, name);
  end loop;
end
$security$;
