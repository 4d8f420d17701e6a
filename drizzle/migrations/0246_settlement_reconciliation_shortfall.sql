-- Reconciliation: a file that was cut off behind a whole line looks complete. Whether its last line has a line break is kept, and
-- when a run is finished what says that lines are missing: the totals the institution has sent before, or the cut itself.
alter table settlement.reconciliation
  add column ends_in_line boolean not null default false,
  -- Cause, the run of the totals and what these were; null when nothing says that lines are missing.
  add column shortfall jsonb,
  add constraint only_a_finished_run_falls_short check (shortfall is null or state in ('BALANCED', 'DIFFERENT') and kind <> 'TOTALS');
grant update (ends_in_line, shortfall) on settlement.reconciliation to {{settlement.writer}};
