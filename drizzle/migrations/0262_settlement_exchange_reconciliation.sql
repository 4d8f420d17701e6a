-- What two platforms settled between each other on a day, compared: first sums by pool of the insured, and where those
-- differ bill by bill. `place`: the province of treatment, which is this one or the other.
create index settlement_of_other_province on settlement.settlement (other_province, id) where other_province is not null;

-- One comparison. Append only; the latest of a day counts.
create table settlement.exchange_reconciliation (
  id uuid primary key,
  province char(2) not null constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  place char(2) not null,
  day date not null,
  state text not null constraint state_is_known check (state in ('BALANCED', 'DIFFERENT', 'UNANSWERED')),
  here_count integer not null,
  here_total bigint not null,
  here_fund bigint not null,
  here_account bigint not null,
  -- Null when the other platform did not answer.
  there_count integer,
  there_total bigint,
  there_fund bigint,
  there_account bigint,
  asked_by text not null,
  at timestamptz not null
);
create index exchange_reconciliation_of_day on settlement.exchange_reconciliation (province, place, day, id);

-- What differs, once for each bill until it is resolved: `pool` is the bureau whose business it is.
create table settlement.exchange_difference (
  id uuid primary key,
  province char(2) not null,
  place char(2) not null,
  day date not null,
  exchange uuid not null,
  pool text not null,
  cause text not null constraint cause_is_known check (cause in
    ('ONLY_HERE', 'ONLY_THERE', 'AMOUNTS_DIFFER', 'REVERSED_HERE', 'REVERSED_THERE')),
  here_total bigint,
  here_fund bigint,
  here_account bigint,
  there_total bigint,
  there_fund bigint,
  there_account bigint,
  found_at timestamptz not null,
  -- When a comparison found it still there.
  seen_at timestamptz not null,
  -- When one found both sides the same.
  resolved_at timestamptz,
  acknowledged_by text,
  acknowledged_at timestamptz,
  words text,
  constraint acknowledged_in_words check (
    (acknowledged_by is null) = (acknowledged_at is null) and (acknowledged_by is null) = (words is null))
);
create unique index one_open_difference on settlement.exchange_difference (province, exchange) where resolved_at is null;
create index exchange_difference_of_pool on settlement.exchange_difference (pool, id);

do $security$
declare
  name text;
begin
  foreach name in array array['exchange_reconciliation', 'exchange_difference']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
    execute format('grant select on settlement.%I to {{settlement.reader}}', name);
  end loop;
  -- The bureau of the province itself sees all; any other what is its own business.
  create policy the_province_reads on settlement.exchange_reconciliation for select to {{settlement.reader}} using (
    case current_setting('yibao.role', true)
      when 'staff' then right(current_setting('yibao.pool', true), 4) = '9900'
      when 'auditor' then true
      else false
    end);
  create policy whose_business_reads on settlement.exchange_difference for select to {{settlement.reader}} using (
    case current_setting('yibao.role', true)
      when 'staff' then pool = current_setting('yibao.pool', true)
        or right(current_setting('yibao.pool', true), 4) = '9900'
      when 'auditor' then true
      else false
    end);
end
$security$;

grant update (pool, cause, here_total, here_fund, here_account, there_total, there_fund, there_account, seen_at, resolved_at,
  acknowledged_by, acknowledged_at, words) on settlement.exchange_difference to {{settlement.writer}};
