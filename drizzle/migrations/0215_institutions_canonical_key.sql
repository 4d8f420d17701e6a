-- A number of a key is base64url in the one form it has. One with something behind it that a decoder drops was the same key
-- under another thumbprint, by which a revoked key signed in again. Such keys are revoked; their holders register anew.
update institutions.partner_key
set revoked_at = now(), reason = '密钥书写不规范 not in canonical form'
where revoked_at is null and jwk is not null
  and (case jwk ->> 'kty'
    when 'RSA' then jwk ->> 'n' !~ '^[A-Za-z0-9_-]+$' or jwk ->> 'e' !~ '^[A-Za-z0-9_-]+$'
    else jwk ->> 'x' !~ '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$'
      or coalesce(jwk ->> 'y', repeat('A', 43)) !~ '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$'
  end);
alter table institutions.partner_key add constraint key_has_one_form check (
  revoked_at is not null or jwk is null or case jwk ->> 'kty'
    when 'RSA' then jwk ->> 'n' ~ '^[A-Za-z0-9_-]+$' and jwk ->> 'e' ~ '^[A-Za-z0-9_-]+$'
    else jwk ->> 'x' ~ '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$'
      and coalesce(jwk ->> 'y', repeat('A', 43)) ~ '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$'
  end);
