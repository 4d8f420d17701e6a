-- Cross-province: electronic referrals, signed by the hospital that refers and by its insurance office, and confirmed by
-- the agency of the home pool. A confirmed one is the paper of a filing.

create table cross_province.referral (
  insured_id uuid not null,
  referral_id uuid not null,
  institution char(12) not null,
  -- The pool the person is insured in, whose agency confirms.
  pool char(6) not null,
  -- Level of the hospital when it referred.
  level text not null,
  -- Significant digits of the division the person is referred to.
  destination text not null,
  diagnosis_code text not null,
  diagnosis_name text not null,
  reason text not null,
  doctor text not null,
  issued_on date not null,
  state text not null,
  -- Compact JWS of the hospital under its content, and of its insurance office under that and the content.
  signature text not null,
  key_id text not null,
  office_signature text,
  office_key_id text,
  issued_at timestamptz not null,
  office_signed_at timestamptz,
  decided_by text,
  decided_at timestamptz,
  refusal text,
  revoked_at timestamptz,
  -- The filing that rests on it.
  used_by uuid,
  primary key (insured_id, referral_id),
  constraint referral_id_is_unique unique (referral_id),
  constraint institution_has_its_form check (institution ~ '^H[0-9]{11}$'),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint destination_has_its_form check (destination ~ '^[1-8][0-9]([0-9]{2}){0,2}$'),
  constraint doctor_code_has_its_form check (doctor ~ '^D[0-9]{12}$'),
  constraint state_is_known check (state in ('ISSUED', 'SIGNED', 'CONFIRMED', 'REFUSED', 'REVOKED')),
  constraint office_signs_whole check (
    (office_signature is null) = (office_key_id is null) and (office_signature is null) = (office_signed_at is null)
  ),
  constraint office_signs_with_a_key_of_its_own check (office_key_id <> key_id),
  constraint decided_after_both_signatures check (state not in ('SIGNED', 'CONFIRMED') or office_signature is not null),
  constraint decision_is_whole check (
    (state in ('CONFIRMED', 'REFUSED')) <= (decided_at is not null) and (decided_at is null) = (decided_by is null)
  ),
  constraint refusal_says_why check ((state = 'REFUSED') = (refusal is not null)),
  constraint revoked_at_some_time check ((state = 'REVOKED') = (revoked_at is not null)),
  constraint only_a_confirmed_one_is_used check (used_by is null or state = 'CONFIRMED')
);
create index referral_of_institution on cross_province.referral (institution, referral_id);
create index referral_of_pool on cross_province.referral (pool, referral_id);

alter table cross_province.referral enable row level security, force row level security;
create policy owner_all on cross_province.referral to {{cross_province.owner}} using (true);
create policy writer_all on cross_province.referral to {{cross_province.writer}} using (true);
create policy those_concerned_read on cross_province.referral for select to {{cross_province.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'institution' then institution = nullif(current_setting('yibao.institution', true), '')
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = nullif(current_setting('yibao.pool', true), '')
    else false
  end
);
grant select on cross_province.referral to {{cross_province.reader}};
grant update (state, office_signature, office_key_id, office_signed_at, decided_by, decided_at, refusal, revoked_at, used_by)
  on cross_province.referral to {{cross_province.writer}};

-- The electronic referral a filing rests on.
alter table cross_province.filing add column referral_id uuid;
