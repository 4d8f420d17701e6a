-- Settlement: what the system of each institution asked on each day, how it was answered, and how fast.

-- Counted in the processes and added up here every few seconds: a crash may lose the last of them, which no money rests on.
create table settlement.score_day (
  institution char(12) not null,
  day date not null,
  -- Pools the institution has an agreement with, for the rows rule.
  pools text[] not null,
  requests bigint not null,
  accepted bigint not null,
  conflicts bigint not null,
  failures bigint not null,
  reversals bigint not null,
  -- How many requests were refused, by code.
  refusals jsonb not null,
  -- How many settlements took how long: one number for each class of schema/latency classes, the last without an end.
  latency bigint[] not null,
  primary key (institution, day),
  constraint counts_are_not_negative check (least(requests, accepted, conflicts, failures, reversals) >= 0)
);

alter table settlement.score_day enable row level security, force row level security;
create policy owner_all on settlement.score_day to {{settlement.owner}} using (true);
create policy writer_all on settlement.score_day to {{settlement.writer}} using (true) with check (true);
create policy those_concerned_read on settlement.score_day for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'staff' then current_setting('yibao.pool', true) = any (pools)
    when 'institution' then institution = current_setting('yibao.institution', true)
    else false
  end
);
grant select on settlement.score_day to {{settlement.reader}};
grant update on settlement.score_day to {{settlement.writer}};
