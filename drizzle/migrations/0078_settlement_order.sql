-- Online orders: a bill that an institution sends to the person's phone. `bill` is what was sent, without any credential;
-- amounts are those of the quote the person sees. The state says what is durably known; `version` guards each step, so that
-- of several processes that work on an order one takes the step. Whether the bill was settled is told by the request
-- `order-<id>` of the institution alone: settled and refused exclude each other there.
create table settlement.online_order (
  id uuid not null,
  insured_id uuid not null,
  institution text not null,
  pool text not null,
  visit text not null,
  charge_batch text not null,
  shown boolean not null,
  bill jsonb not null,
  state text not null,
  reason text,
  refusal jsonb,
  quote_id uuid not null,
  quote_expires_at timestamptz not null,
  print text not null,
  total bigint not null,
  fund_total bigint not null,
  hospital bigint not null,
  account bigint not null,
  mutual_aid bigint not null,
  cash bigint not null constraint cash_is_not_negative check (cash >= 0),
  voucher bytea,
  payment_url text,
  settlement_id uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  authorised_at timestamptz,
  paid_at timestamptz,
  settled_at timestamptz,
  refunded_at timestamptz,
  closed_at timestamptz,
  attempts smallint not null default 0,
  next_at timestamptz not null,
  version integer not null default 0,
  primary key (id, insured_id),
  constraint state_is_known check (state in
    ('UNPAID', 'AUTHORISED', 'PAYING', 'PAID', 'SETTLED', 'EXPIRED', 'CANCELLED', 'REFUNDING', 'REFUNDED')),
  constraint expires_after_it_is_made check (expires_at > created_at),
  constraint authorised_by_a_voucher check (
    (voucher is null) = (authorised_at is null)
    and (voucher is not null or state in ('UNPAID', 'EXPIRED', 'CANCELLED'))),
  constraint cash_was_paid_before check (
    state not in ('PAID', 'SETTLED', 'REFUNDING', 'REFUNDED') or paid_at is not null or cash = 0),
  constraint settled_by_a_settlement check (state <> 'SETTLED' or (settlement_id is not null and settled_at is not null)),
  constraint only_cash_is_refunded check (state not in ('REFUNDING', 'REFUNDED') or (cash > 0 and reason is not null)),
  constraint refunded_when_it_says_so check ((refunded_at is not null) = (state = 'REFUNDED'))
);
-- A voucher authorises one order, and a bill is in one order at a time; what is settled has its own key (settlement.bill).
create unique index voucher_authorises_once on settlement.online_order (voucher) where voucher is not null;
create unique index one_order_of_a_bill on settlement.online_order (institution, visit, charge_batch)
  where state in ('UNPAID', 'AUTHORISED', 'PAYING', 'PAID');
create index order_of_person on settlement.online_order (insured_id, id);
create index order_of_institution on settlement.online_order (institution, id);
create index order_of_pool on settlement.online_order (pool, id);
create index order_under_way on settlement.online_order (next_at)
  where state in ('UNPAID', 'AUTHORISED', 'PAYING', 'PAID', 'REFUNDING');
create index order_of_settlement on settlement.online_order (settlement_id) where settlement_id is not null;

grant update (state, reason, refusal, quote_id, quote_expires_at, print, total, fund_total, hospital, account, mutual_aid,
  cash, voucher, payment_url, settlement_id, authorised_at, paid_at, settled_at, refunded_at, closed_at, attempts, next_at,
  version) on settlement.online_order to {{settlement.writer}};
grant select on settlement.online_order to {{settlement.reader}};
alter table settlement.online_order enable row level security, force row level security;
create policy owner_all on settlement.online_order to {{settlement.owner}} using (true);
create policy writer_all on settlement.online_order to {{settlement.writer}} using (true);
create policy those_concerned_read on settlement.online_order for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'auditor' then true
    else false
  end);
