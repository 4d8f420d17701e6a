-- Insured: an e-voucher is a code that lives about a minute. An institution decodes it once, into a token for one visit.

-- A code as it stands on the screen of a phone; only its keyed hash is here.
create table insured.voucher (
  code_hash bytea primary key,
  insured_id uuid not null references insured.person,
  -- E_VOUCHER of the person, CARD of an electronic social-security card, CERTIFICATE of somebody without any credential.
  origin text not null,
  -- The electronic social-security card it is of.
  electronic_card_id uuid,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  -- The institution that decoded it, and when.
  used_by char(12),
  used_at timestamptz,
  constraint hash_has_its_length check (octet_length(code_hash) = 32),
  constraint origin_is_known check (origin in ('E_VOUCHER', 'CARD', 'CERTIFICATE')),
  constraint card_is_known check ((origin = 'CARD') = (electronic_card_id is not null)),
  constraint expires_after_it_is_issued check (expires_at > issued_at),
  constraint used_by_an_institution check (used_by ~ '^[HP][0-9]{11}$' and (used_by is null) = (used_at is null))
);
create index voucher_of_person on insured.voucher (insured_id, expires_at);

-- How many codes of nobody, and codes used before, an institution has shown on a day: whoever tries codes is stopped.
create table insured.refused_code (
  institution char(12) not null,
  day date not null,
  count integer not null,
  primary key (institution, day),
  constraint institution_has_its_form check (institution ~ '^[HP][0-9]{11}$'),
  constraint count_is_not_negative check (count >= 0)
);

do $rows$
declare
  name text;
begin
  foreach name in array array['voucher', 'refused_code']
  loop
    execute format('alter table insured.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on insured.%I to {{insured.owner}} using (true)', name);
    execute format('create policy writer_all on insured.%I to {{insured.writer}} using (true)', name);
  end loop;
end
$rows$;
grant update (used_by, used_at) on insured.voucher to {{insured.writer}};
grant update (count) on insured.refused_code to {{insured.writer}};
grant delete on insured.voucher to {{insured.writer}};

-- A token is for one institution and one purpose. What was issued before knew neither, lived for minutes and is gone.
delete from insured.credential where kind = '01';
alter table insured.credential
  add column institution char(12),
  add column purpose text,
  -- A visit that the token opens, or a stay that it settles, begins by then.
  add column begins_by timestamptz,
  -- The first-level card that a card, or a token that came of it, stands and falls with.
  add column card_id uuid,
  add constraint token_is_for_one_visit check (
    (kind = '01') = (institution is not null) and (kind = '01') = (purpose is not null)
    and (kind = '01') = (begins_by is not null)),
  add constraint institution_has_its_form check (institution ~ '^[HP][0-9]{11}$'),
  add constraint purpose_is_known check (
    purpose in ('REGISTRATION', 'SETTLEMENT', 'PHARMACY', 'ADMISSION', 'DISCHARGE'));
create index credential_of_card on insured.credential (card_id) where card_id is not null;

create or replace view insured.credential_v1 as
select kind, value_hash, insured_id, expires_at, revoked, institution, purpose, begins_by from insured.credential;
comment on view insured.credential_v1 is
  'What a person can show: 01 visit token of an e-voucher, 02 identity card, 03 social-security card. value_hash is '
  'lookupHash of schema/secrets.ts. Valid while not revoked and expires_at is null or in the future. A visit token is '
  'valid in its institution alone, for its purpose; what it opens, or the stay it settles, begins by begins_by.';

create view insured.voucher_v1 as
select code_hash, insured_id, origin, expires_at, used_at from insured.voucher;
comment on view insured.voucher_v1 is
  'Codes of e-vouchers, by lookupHash of kind 01: good until expires_at and while used_at is null. Whoever takes one as '
  'used notes it in the same serializable transaction that read it here, where insured looks: settlement.order_voucher_v1.';
grant select on insured.voucher_v1 to {{settlement.writer}};
