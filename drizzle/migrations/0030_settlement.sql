-- Settlement: bills, what each payer paid, what that consumed, and the ledger that proves it.
-- Money is bigint fen. Rows about a person carry insured_id in every key, so that they can be distributed by it;
-- settlement, line and ledger entry are partitioned by month of the UUIDv7 that leads their key, and never change.

-- The one lock and guard of a person's money: whoever changes anything below for a person raises the version. `last_at`
-- is the time of the latest change; the next one is given a later time even when clocks run apart, so that the ids of a
-- person's settlements stand in the order in which they were committed and running balances can be proven.
create table settlement.person (
  insured_id uuid primary key,
  version bigint not null,
  last_at timestamptz not null
) with (fillfactor = 50);

-- What bills have consumed of deductibles and caps, by the rules then in force.
create table settlement.counter (
  insured_id uuid not null,
  pool text not null,
  insurance_type text not null,
  name text not null,
  period text not null,
  amount bigint not null constraint counter_is_not_negative check (amount >= 0),
  primary key (insured_id, pool, insurance_type, name, period)
) with (fillfactor = 50);

create table settlement.account (
  insured_id uuid not null,
  kind text not null constraint kind_is_known check (kind in ('CURRENT', 'HISTORY')),
  pool text not null,
  balance bigint not null constraint account_is_not_overdrawn check (balance >= 0),
  primary key (insured_id, kind)
) with (fillfactor = 50);

-- Which admission of the benefit year a stay is; a stay that is settled in parts keeps its number.
create table settlement.stay (
  insured_id uuid not null,
  pool text not null,
  insurance_type text not null,
  year text not null,
  institution text not null,
  visit text not null,
  number smallint not null constraint number_starts_at_one check (number > 0),
  settlement_id uuid not null,
  primary key (insured_id, pool, insurance_type, year, institution, visit)
);

create table settlement.settlement (
  id uuid not null,
  insured_id uuid not null,
  person_number text not null,
  person_name text not null,
  certificate_type text not null,
  identity_masked text not null,
  sex text not null,
  nationality text not null,
  birth_date date not null,
  pool text not null,
  insurance_type text not null,
  person_type text not null,
  civil_servant boolean not null,
  institution text not null,
  clearing_agency text not null,
  visit text not null,
  charge_batch text not null,
  invoice text,
  care_type text not null,
  care_kind text not null constraint care_kind_is_known check (care_kind in ('OUTPATIENT', 'INPATIENT', 'PHARMACY')),
  emergency boolean not null,
  trauma boolean not null,
  begin_at timestamptz not null,
  end_at timestamptz not null constraint ends_after_it_begins check (end_at >= begin_at),
  diagnoses jsonb not null,
  credential_kind text not null,
  operator text not null,
  operator_name text,
  terminal text not null,
  total bigint not null,
  self_paid bigint not null,
  over_ceiling bigint not null,
  first_self_payment bigint not null,
  cross_area bigint not null,
  in_scope bigint not null,
  deductible bigint not null,
  hifp bigint not null,
  cvlserv bigint not null,
  hifes bigint not null,
  hifmi bigint not null,
  hifob bigint not null,
  hifdm bigint not null,
  maf bigint not null,
  oth bigint not null,
  fund_total bigint not null,
  hospital bigint not null,
  personal bigint not null,
  account bigint not null,
  mutual_aid bigint not null,
  cash bigint not null,
  detail_total bigint not null,
  caller text not null,
  request_id text not null,
  settled_at timestamptz not null,
  pool_ratio integer not null constraint ratio_is_a_ratio check (pool_ratio between 0 and 10000),
  account_in_fund boolean not null,
  balance bigint not null constraint balance_is_not_negative check (balance >= 0),
  funds jsonb not null,
  consumed jsonb not null,
  engine integer not null,
  input jsonb,
  reverses uuid,
  primary key (id, insured_id),
  -- The identities of the national reply, I1 to I5 and I7. A pool may count the personal account among the funds; the
  -- account is then not part of what is left to the person.
  constraint total_is_its_four_parts check (total = self_paid + over_ceiling + first_self_payment + in_scope),
  constraint total_is_paid_by_somebody check (total = fund_total + personal + hospital),
  constraint personal_part_is_paid check (
    personal = case when account_in_fund then 0 else account end + mutual_aid + cash),
  constraint fund_total_is_the_funds check (
    fund_total = hifp + cvlserv + hifes + hifmi + hifob + hifdm + maf + oth
      + case when account_in_fund then account else 0 end),
  constraint detail_adds_up check (
    detail_total = hifp + cvlserv + hifes + hifmi + hifob + hifdm + maf + oth + account + mutual_aid + hospital),
  constraint deductible_is_in_scope check (abs(deductible) <= abs(in_scope)),
  constraint cross_area_is_first_self_payment check (abs(cross_area) <= abs(first_self_payment)),
  constraint amounts_have_one_sign check (
    case when reverses is null
      then least(total, self_paid, over_ceiling, first_self_payment, cross_area, in_scope, deductible, hifp, cvlserv,
        hifes, hifmi, hifob, hifdm, maf, oth, fund_total, hospital, personal, account, mutual_aid, cash) >= 0
      else greatest(total, self_paid, over_ceiling, first_self_payment, cross_area, in_scope, deductible, hifp, cvlserv,
        hifes, hifmi, hifob, hifdm, maf, oth, fund_total, hospital, personal, account, mutual_aid, cash) <= 0
    end),
  constraint reversal_decides_nothing check ((reverses is null) = (input is not null))
) partition by range (id);
create index settlement_of_person on settlement.settlement (insured_id, id);
create index settlement_of_institution on settlement.settlement (institution, id);
create index settlement_of_pool on settlement.settlement (pool, id);

create table settlement.settlement_line (
  settlement_id uuid not null,
  insured_id uuid not null,
  number smallint not null,
  serial text not null,
  code text not null,
  own_code text not null,
  name text not null,
  price bigint not null,
  quantity bigint not null,
  amount bigint not null,
  time timestamptz not null,
  department text,
  doctor text,
  prescription text,
  days smallint,
  approval text not null constraint approval_is_known check (approval in ('NOT_NEEDED', 'APPROVED', 'REFUSED')),
  take_home boolean not null,
  trace_codes text[] not null,
  refund_of text,
  ceiling bigint,
  self_pay_ratio integer not null constraint ratio_is_a_ratio check (self_pay_ratio between 0 and 10000),
  class text not null constraint class_is_known check (class in ('A', 'B', 'C', 'NONE')),
  charge_type text not null,
  list_type text not null,
  essential boolean not null,
  negotiated boolean not null,
  paediatric boolean not null,
  special boolean not null,
  restricted boolean not null,
  rule text not null,
  self_paid bigint not null,
  over_ceiling bigint not null,
  first_self_payment bigint not null,
  in_scope bigint not null,
  primary key (settlement_id, number, insured_id),
  constraint amount_is_its_four_parts check (amount = self_paid + over_ceiling + first_self_payment + in_scope),
  constraint quantity_is_not_zero check (quantity <> 0),
  constraint parts_have_the_sign_of_the_quantity check (
    case when quantity > 0 then least(amount, self_paid, over_ceiling, first_self_payment, in_scope) >= 0
      else greatest(amount, self_paid, over_ceiling, first_self_payment, in_scope) <= 0 end)
) partition by range (settlement_id);

-- Double entry. A group is one settlement, one reversal or one opening; the amounts of a group add up to zero.
-- Accounts: fund:<pool>:<insurance>:<fund_pay_type>, personal:<insured>:CURRENT or :HISTORY,
-- payable:institution:<code>, opening:<pool>.
create table settlement.ledger_entry (
  group_id uuid not null,
  insured_id uuid not null,
  account text not null,
  amount bigint not null constraint amount_is_not_zero check (amount <> 0),
  primary key (group_id, account, insured_id)
) partition by range (group_id);

create table settlement.settlement_default partition of settlement.settlement default;
create table settlement.settlement_line_default partition of settlement.settlement_line default;
create table settlement.ledger_entry_default partition of settlement.ledger_entry default;

-- The smallest UUIDv7 of an instant, the border of a partition.
create function settlement.id_floor(at timestamptz) returns uuid
language sql immutable strict parallel safe
return (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- Makes the partitions of one month (Asia/Shanghai). A month whose rows already stand in the default partition stays
-- there. The table is made apart and attached, because that does not stop those who write other months meanwhile.
-- Row level security without a policy shuts a partition to everyone who does not come through the parent.
create function settlement.make_month(day date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $make_month$
declare
  first date := date_trunc('month', day);
  lower uuid := settlement.id_floor(first::timestamp at time zone 'Asia/Shanghai');
  upper uuid := settlement.id_floor((first + interval '1 month')::timestamp at time zone 'Asia/Shanghai');
  parent text;
  key text;
  name text;
  filled boolean;
begin
  perform pg_advisory_xact_lock(hashtext('settlement.make_month'));
  for parent, key in values ('settlement', 'id'), ('settlement_line', 'settlement_id'), ('ledger_entry', 'group_id')
  loop
    name := parent || '_' || to_char(first, 'YYYYMM');
    continue when to_regclass(format('settlement.%I', name)) is not null;
    execute format('select exists (select from settlement.%I where %I >= $1 and %I < $2)', parent || '_default', key, key)
      into filled using lower, upper;
    continue when filled;
    execute format('create table settlement.%I (like settlement.%I including defaults including constraints)',
      name, parent);
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('alter table settlement.%I attach partition settlement.%I for values from (%L) to (%L)',
      parent, name, lower, upper);
  end loop;
end
$make_month$;
revoke all on function settlement.make_month(date) from public;
grant execute on function settlement.make_month(date) to {{settlement.writer}};

-- Natural keys without a time limit: the same bill under a new request id is found here. A reversal frees them.
create table settlement.bill (
  institution text not null,
  visit text not null,
  charge_batch text not null,
  insured_id uuid not null,
  settlement_id uuid not null,
  primary key (institution, visit, charge_batch)
);
create table settlement.invoice (
  institution text not null,
  invoice text not null,
  insured_id uuid not null,
  settlement_id uuid not null,
  primary key (institution, invoice)
);

-- A settlement is reversed once: the key is the veto.
create table settlement.reversal (
  settlement_id uuid not null,
  insured_id uuid not null,
  reversal_id uuid not null,
  at timestamptz not null,
  primary key (settlement_id, insured_id)
);

-- Policies as they were read from their files. What is in force never changes; settlements name id and version.
create table settlement.policy (
  id text not null,
  version text not null,
  digest text not null,
  body jsonb not null,
  valid_from date not null,
  valid_to date,
  source text not null,
  registered_at timestamptz not null,
  primary key (id, version)
);
create table settlement.policy_version (
  id boolean primary key default true constraint there_is_one check (id),
  version bigint not null
);
insert into settlement.policy_version (version) values (1);

-- Settlements, lines, entries and reversals are append only: the writer may select and insert (the default rights).
grant update on settlement.person, settlement.counter, settlement.account, settlement.policy, settlement.policy_version,
  settlement.request to {{settlement.writer}};
grant delete on settlement.bill, settlement.invoice, settlement.stay to {{settlement.writer}};
grant select on settlement.settlement, settlement.settlement_line, settlement.ledger_entry, settlement.reversal,
  settlement.account, settlement.counter, settlement.policy to {{settlement.reader}};

do $security$
declare
  name text;
begin
  foreach name in array array['person', 'counter', 'account', 'stay', 'settlement', 'settlement_line', 'ledger_entry',
    'bill', 'invoice', 'reversal']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on settlement.%I to {{settlement.owner}} using (true)', name);
    execute format('create policy writer_all on settlement.%I to {{settlement.writer}} using (true)', name);
  end loop;
  foreach name in array array['settlement_default', 'settlement_line_default', 'ledger_entry_default']
  loop
    execute format('alter table settlement.%I enable row level security, force row level security', name);
  end loop;
end
$security$;

create policy those_concerned_read on settlement.settlement for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end);
-- Who sees a settlement sees what hangs below it: the inner query is itself under the policy above.
create policy with_settlement on settlement.settlement_line for select to {{settlement.reader}} using (
  exists (select from settlement.settlement s
    where s.id = settlement_line.settlement_id and s.insured_id = settlement_line.insured_id));
create policy with_settlement on settlement.reversal for select to {{settlement.reader}} using (
  exists (select from settlement.settlement s
    where s.id = reversal.settlement_id and s.insured_id = reversal.insured_id));
create policy with_settlement on settlement.ledger_entry for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else exists (select from settlement.settlement s
      where s.id = ledger_entry.group_id and s.insured_id = ledger_entry.insured_id)
  end);
create policy those_concerned_read on settlement.account for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end);
create policy those_concerned_read on settlement.counter for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end);

-- Last month, this one and three ahead; every start and a daily job keep three ahead. What falls outside goes to the
-- default partition.
select settlement.make_month((now() + make_interval(months => n))::date) from generate_series(-1, 3) n;
