-- The deposit of a statement is what it keeps of its own settlements less what goes back with settlements of other
-- statements that are reversed in it: of each of those at most what was kept and has not gone back by a score.
alter table settlement.monthly_statement
  drop constraint deposit_is_its_ratio,
  add column deposit_kept bigint not null default 0;
update settlement.monthly_statement set deposit_kept = greatest(deposit, 0);
alter table settlement.monthly_statement alter column deposit_kept drop default,
  add constraint deposit_is_kept_less_what_goes_back check (deposit_kept >= 0 and deposit <= deposit_kept);

-- Append only: what of the deposit of which statement went back when another was confirmed.
create table settlement.deposit_back (
  statement_id uuid not null references settlement.monthly_statement,
  of_statement_id uuid not null references settlement.monthly_statement,
  institution text not null,
  pool text not null,
  amount bigint not null constraint something_goes_back check (amount > 0),
  primary key (statement_id, of_statement_id),
  constraint another_kept_it check (statement_id <> of_statement_id)
);
create index deposit_back_of on settlement.deposit_back (of_statement_id);

do $security$
begin
  alter table settlement.deposit_back enable row level security, force row level security;
  create policy owner_all on settlement.deposit_back to {{settlement.owner}} using (true);
  create policy writer_all on settlement.deposit_back to {{settlement.writer}} using (true);
  create policy those_concerned_read on settlement.deposit_back for select to {{settlement.reader}} using (
    case current_setting('yibao.role', true)
      when 'institution' then institution = current_setting('yibao.institution', true)
      when 'staff' then pool = current_setting('yibao.pool', true)
      when 'auditor' then true
      else false
    end);
end
$security$;
grant select on settlement.deposit_back to {{settlement.reader}};
grant update (deposit_kept) on settlement.monthly_statement to {{settlement.writer}};
