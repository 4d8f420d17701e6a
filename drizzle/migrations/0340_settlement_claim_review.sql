-- The stretches a clock ran in: what is used and what is due is counted from them, and anew when a calendar is published.
alter table settlement.claim_clock add column runs jsonb not null default '[]';
grant update (runs) on settlement.claim_clock to {{settlement.writer}};
create index claim_clock_provisional on settlement.claim_clock (claim_id) where provisional and stopped_at is null;
create index claim_clock_breached on settlement.claim_clock (breached_at) where breached_at is not null;

-- What staff propose and say of lines is among them until it is decided.
create policy decided_for_the_person on settlement.claim_decision as restrictive for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) <> 'person' or confirmed_at is not null
);
create policy decided_for_the_person on settlement.claim_line_review as restrictive for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) <> 'person' or exists (
    select from settlement.claim c where c.insured_id = claim_line_review.insured_id and c.id = claim_line_review.claim_id
      and c.decided_at is not null
  )
);
