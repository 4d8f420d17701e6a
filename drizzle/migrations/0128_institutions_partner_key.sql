-- Keys the systems of institutions and channels sign in with, by themselves: registered by who holds an earlier one, the
-- first one by the bureau. Only public halves are here. A key the directory names can be retired here as well; what is
-- known of it then is its thumbprint.
create table institutions.partner_key (
  client_id text not null generated always as (coalesce(institution::text, channel)) stored,
  -- RFC 7638, SHA-256: the name of a key that follows from the key alone.
  thumbprint text not null constraint thumbprint_has_its_form check (thumbprint ~ '^[A-Za-z0-9_-]{43}$'),
  institution char(12),
  channel text,
  -- Null for a key of the directory that was retired.
  jwk jsonb,
  label text not null,
  registered_by text not null,
  valid_from timestamptz not null,
  valid_until timestamptz not null,
  revoked_at timestamptz,
  reason text,
  -- When its holder was told that it ends.
  told_at timestamptz,
  primary key (client_id, thumbprint),
  constraint key_has_one_holder check ((institution is null) <> (channel is null)),
  constraint key_ends_after_it_begins check (valid_until >= valid_from),
  constraint key_is_public check (not jwk ?| array['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']),
  constraint revoked_for_a_reason check ((revoked_at is null) = (reason is null))
);
-- A key is one holder's, for good. Retiring one of the directory says nothing of who else may have it.
create unique index partner_key_is_one_holders on institutions.partner_key (thumbprint) where jwk is not null;
create index partner_key_of_institution on institutions.partner_key (institution) where institution is not null;
create index partner_key_of_channel on institutions.partner_key (channel) where channel is not null;
create index partner_key_to_tell on institutions.partner_key (valid_until) where told_at is null and revoked_at is null;

grant update (valid_until, revoked_at, reason, told_at) on institutions.partner_key to {{institutions.writer}};
grant select on institutions.partner_key to {{institutions.reader}};

alter table institutions.partner_key enable row level security;
alter table institutions.partner_key force row level security;
create policy owner_all on institutions.partner_key to {{institutions.owner}} using (true);
create policy writer_all on institutions.partner_key to {{institutions.writer}} using (true);
create policy those_concerned_read on institutions.partner_key for select to {{institutions.reader}} using (
  case current_setting('yibao.role', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    when 'channel' then channel = current_setting('yibao.channel', true)
    when 'staff' then exists (select from institutions.institution i
      where i.code = partner_key.institution and i.pool = current_setting('yibao.pool', true))
    when 'auditor' then true
    else false
  end);

create view institutions.partner_key_v1 as
select client_id, institution is null as is_channel, thumbprint, jwk, valid_from,
  valid_until, revoked_at
from institutions.partner_key;
comment on view institutions.partner_key_v1 is
  'Keys of institutions and channels by client id, for the issuer. A key counts from valid_from until valid_until while '
  'revoked_at is null. jwk is null for a key of the directory that no longer counts after valid_until or revoked_at.';
grant usage on schema institutions to {{issuer.writer}};
grant select on institutions.partner_key_v1 to {{issuer.writer}};
