-- Settlement: the money of two records of one person made one. Bills stay with the record they were settled under;
-- balances move by ledger entries, and what was used up counts for the record that goes on as well.

create table settlement.person_alias (
  insured_id uuid primary key,
  into_id uuid not null,
  -- The record that goes on today, when the other was merged again.
  survivor_id uuid not null,
  pool char(6) not null,
  event_id uuid not null unique,
  at timestamptz not null,
  -- The version of the old record’s money up to which everything has moved.
  seen_version bigint not null,
  constraint nobody_is_merged_into_themself check (insured_id not in (into_id, survivor_id))
);
create index alias_of_survivor on settlement.person_alias (survivor_id);

-- What moved from account to account. Append only.
create table settlement.merged_account (
  insured_id uuid not null,
  into_id uuid not null,
  kind text not null,
  amount bigint not null,
  group_id uuid not null,
  at timestamptz not null,
  primary key (insured_id, group_id, kind),
  constraint kind_is_known check (kind in ('CURRENT', 'HISTORY')),
  constraint something_moves check (amount > 0)
);
create index merged_account_into on settlement.merged_account (into_id);

-- What of the old record’s counters was added to the other’s; a reversal afterwards takes it back. Append only.
create table settlement.merged_counter (
  insured_id uuid not null,
  into_id uuid not null,
  pool text not null,
  insurance_type text not null,
  name text not null,
  period text not null,
  amount bigint not null,
  group_id uuid not null,
  primary key (insured_id, group_id, pool, insurance_type, name, period),
  constraint something_changes check (amount <> 0)
);
create index merged_counter_into on settlement.merged_counter (into_id);

do $rows$
declare
  name text;
begin
  foreach name in array array['person_alias', 'merged_account', 'merged_counter']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
  end loop;
end
$rows$;
grant update (survivor_id, seen_version) on settlement.person_alias to {{settlement.writer}};
grant select on settlement.person_alias to {{settlement.reader}};
create policy those_concerned_read on settlement.person_alias for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'person' then survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end
);

-- A person goes on seeing the bills of the records that were merged into theirs.
create policy of_merged_records on settlement.settlement for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'person'
  and insured_id in (
    select a.insured_id from settlement.person_alias a
    where a.survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
  )
);

-- What moved from account to account is in the history of both.
grant select on settlement.merged_account to {{settlement.reader}};
create policy of_the_account on settlement.merged_account for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'person' then nullif(current_setting('yibao.insured', true), '')::uuid in (insured_id, into_id)
    when 'auditor' then true
    else false
  end
);
