-- A score that was entered wrongly is corrected: each release by it is taken back by entries of the ledger and replaced by one
-- with the right score. The earlier one stays, and names what replaced it.
alter table settlement.deposit_release
  -- What of the year was paid by the score it corrects, and counts against what goes back by this one.
  add column settled bigint not null default 0 constraint nothing_less_was_paid check (settled >= 0),
  -- Why it corrects an earlier one; null of a score that corrects none.
  add column reason text,
  add column corrected_by uuid unique references settlement.deposit_release,
  drop constraint state_is_known,
  add constraint state_is_known check (state in ('OPEN', 'PAYING', 'PAID', 'CORRECTED')),
  add constraint corrected_by_another check (state <> 'CORRECTED' or corrected_by is not null),
  add constraint a_correction_says_why check (reason is not null or settled = 0);
alter table settlement.deposit_release alter column settled drop default;
create index release_of_year on settlement.deposit_release (institution, pool, year) where corrected_by is null;

-- What was decided about the rest of a release that is corrected is taken back as well: of the new one it is decided anew.
alter table settlement.deposit_decision
  drop constraint state_is_known,
  add constraint state_is_known check (state in ('OPEN', 'PAYING', 'PAID', 'FORFEITED', 'CORRECTED')),
  drop constraint what_is_forfeited_is_not_paid,
  add constraint what_is_forfeited_is_not_paid check (state = 'CORRECTED' or (outcome = 'FORFEITED') = (state = 'FORFEITED'));
grant update (corrected_by) on settlement.deposit_release to {{settlement.writer}};

alter table settlement.clearing_posting drop constraint kind_is_known, add constraint kind_is_known check (kind in
  ('DEDUCTION', 'DIFFERENCE', 'DUE', 'CLAIM', 'DEPOSIT', 'RELEASE', 'RESCORED', 'DECISION', 'SENT', 'PAID', 'REJECTED',
    'RETURNED', 'POOL_PAID', 'POOL_RECEIVED'));
