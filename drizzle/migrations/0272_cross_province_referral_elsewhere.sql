-- Referrals across provinces: a hospital at the place of treatment refers somebody who is insured on the platform of another
-- province, whose home agency confirms. Both platforms keep the referral under one id.

-- As it was signed, where the person is insured on another platform than the hospital is of; null for all others.
alter table cross_province.referral
  add column insured_pool char(6) constraint insured_pool_is_a_division check (insured_pool ~ '^[0-9]{6}$');

-- What home is to be told, and asked about until it has decided.
create table cross_province.outgoing_referral (
  insured_id uuid not null,
  referral_id uuid not null,
  -- Since when home has it.
  received_at timestamptz,
  attempts integer not null default 0 constraint attempts_are_not_negative check (attempts >= 0),
  next_at timestamptz not null,
  primary key (insured_id, referral_id),
  constraint outgoing_has_its_referral foreign key (insured_id, referral_id) references cross_province.referral
);
create index outgoing_referral_due on cross_province.outgoing_referral (next_at);

-- Who a referral came from, and the public keys that were told with it: by these it is verified at any time.
create table cross_province.incoming_referral (
  insured_id uuid not null,
  referral_id uuid not null,
  province char(2) not null constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  institution_name text not null,
  -- The pool there that has the hospital under agreement.
  institution_pool char(6) not null constraint institution_pool_is_a_division check (institution_pool ~ '^[0-9]{6}$'),
  -- [{kid, x}]: of the hospital and of its insurance office.
  keys jsonb not null,
  received_at timestamptz not null,
  primary key (insured_id, referral_id),
  constraint incoming_has_its_referral foreign key (insured_id, referral_id) references cross_province.referral
);

do $rows$
declare
  name text;
begin
  foreach name in array array['outgoing_referral', 'incoming_referral']
  loop
    execute format('alter table cross_province.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on cross_province.%I to {{cross_province.owner}} using (true)', name);
    execute format('create policy writer_all on cross_province.%I to {{cross_province.writer}} using (true)', name);
  end loop;
end
$rows$;
grant update (received_at, attempts, next_at) on cross_province.outgoing_referral to {{cross_province.writer}};
