-- What each personal account held when it was opened, and the ledger group that says so: money that came from no
-- settlement has a source of its own, which is proven against the ledger and the accounts. Append only.
create table settlement.opening (
  insured_id uuid not null,
  kind text not null constraint kind_is_known check (kind in ('CURRENT', 'HISTORY')),
  pool text not null,
  balance bigint not null constraint opening_is_not_negative check (balance >= 0),
  group_id uuid not null,
  at timestamptz not null,
  primary key (insured_id, kind)
);
alter table settlement.opening enable row level security, force row level security;
create policy owner_all on settlement.opening to {{settlement.owner}} using (true);
create policy writer_all on settlement.opening to {{settlement.writer}} using (true);

-- Accounts that were opened before openings were recorded.
insert into settlement.opening (insured_id, kind, pool, balance, group_id, at)
select a.insured_id, a.kind, a.pool, coalesce(e.amount, 0), coalesce(e.group_id, gen_random_uuid()), now()
from settlement.account a
left join settlement.ledger_entry e
  on e.insured_id = a.insured_id and e.account = 'personal:' || a.insured_id || ':' || a.kind
    and exists (select from settlement.ledger_entry o
      where o.group_id = e.group_id and o.insured_id = e.insured_id and o.account like 'opening:%');
