-- Ways back: any order or the pool's own, corrections of what was declared or closed, refunds of a part.

-- `correction`: takes back, or replaces, what was declared or belongs to a closed benefit year. `keeps_counters`: that
-- year is closed, so only money moves and its counters stay. `replaces`: what remained of a bill after a refund names
-- the settlement of the whole. A reversal that is reckoned anew has an input of its own; others decide nothing.
alter table settlement.settlement
  add column correction boolean not null default false,
  add column keeps_counters boolean not null default false,
  add column replaces uuid,
  drop constraint reversal_decides_nothing,
  add constraint settlement_is_decided check (reverses is not null or input is not null),
  add constraint correction_corrects_something check (not correction or reverses is not null or replaces is not null),
  add constraint only_corrections_keep_counters check (correction or not keeps_counters),
  add constraint reversal_replaces_nothing check (reverses is null or replaces is null);

-- The settlement of what remained after a refund, beside the reversal that came with it.
alter table settlement.reversal add column replacement_id uuid;

-- Months declared by an institution to the bureau that clears with it (`scope` its code, `period` 2026-11) and benefit
-- years of an insurance in a pool (`scope` the insurance type, `period` 2026) that are closed. Append only.
create table settlement.closed_period (
  kind text not null constraint kind_is_known check (kind in ('MONTH', 'YEAR')),
  pool text not null,
  scope text not null,
  period text not null,
  closed_by text not null,
  closed_at timestamptz not null,
  primary key (kind, pool, scope, period),
  constraint period_is_of_its_kind check (
    period ~ case kind when 'MONTH' then '^[0-9]{4}-(0[1-9]|1[0-2])$' else '^[0-9]{4}$' end)
);
-- Raised with every closing. A reversal is written only while it is the number it was decided on, and holds the row
-- shared until then: none comes to pass on either side of a closing it did not know of.
create table settlement.closing_version (
  id boolean primary key default true constraint there_is_one check (id),
  version bigint not null
);
insert into settlement.closing_version (version) values (0);
grant update on settlement.closing_version to {{settlement.writer}};

alter table settlement.closed_period enable row level security, force row level security;
create policy owner_all on settlement.closed_period to {{settlement.owner}} using (true);
create policy writer_all on settlement.closed_period to {{settlement.writer}} using (true);
