-- A first key that the bureau registers for an institution counts once a second one of its staff has confirmed it.
alter table institutions.partner_key
  add column by_bureau boolean not null default false,
  add column confirmed_by text,
  add column confirmed_at timestamptz,
  add constraint confirmed_by_another check (
    (confirmed_by is null) = (confirmed_at is null) and (by_bureau or confirmed_by is null)
    and confirmed_by is distinct from registered_by);
grant update (confirmed_by, confirmed_at) on institutions.partner_key to {{institutions.writer}};

create or replace view institutions.partner_key_v1 as
select client_id, institution is null as is_channel, thumbprint, jwk, valid_from,
  valid_until, revoked_at, by_bureau
from institutions.partner_key
where not by_bureau or confirmed_at is not null;
comment on view institutions.partner_key_v1 is
  'Keys of institutions and channels by client id, for the issuer. A key counts from valid_from until valid_until while '
  'revoked_at is null; one with by_bureau only while no key of the directory counts. jwk is null for a key of the directory '
  'that no longer counts after valid_until or revoked_at.';
