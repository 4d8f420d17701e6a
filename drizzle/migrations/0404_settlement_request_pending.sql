-- A bill that is under way with another province stands among the requests from when it is asked for, without an answer yet: whatever
-- else comes under its id finds it there, whoever writes it. What left nothing there is forgotten with it.
alter table settlement.request drop constraint outcome_is_known;
alter table settlement.request add constraint outcome_is_known
  check (outcome in ('COMMITTED', 'REFUSED', 'ANNULLED', 'PENDING'));
insert into settlement.request (caller, request_id, operation, digest, outcome, result, insured_id, at)
select caller, request_id, operation, digest, 'PENDING', null, null, asked_at from settlement.away_bill
where state in ('ASKED', 'COMMITTING')
on conflict (caller, request_id) do nothing;
drop table settlement.request_claim;
grant delete on settlement.request to {{settlement.writer}};
create policy only_what_has_no_answer_is_forgotten on settlement.request as restrictive for delete
  to {{settlement.writer}} using (outcome = 'PENDING');
