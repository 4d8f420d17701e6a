-- What the embedded OpenID issuer remembers: short-lived artefacts, what was used once, failed sign-ins.
-- Access tokens are signed and never stored. Everything here expires; a sweep removes what has.

-- Sign-in sessions, sign-in forms, authorization codes, grants: the payload is oidc-provider's and is read by it alone.
-- A dump of this table opens nothing: session and form ids count only inside a cookie signed with the cookie key, a
-- code only with its PKCE verifier.
create table issuer.artefact (
  kind text not null,
  id text not null,
  payload jsonb not null,
  grant_id text,
  session_uid text,
  consumed_at timestamptz,
  expires_at timestamptz,
  primary key (kind, id)
);
create index artefact_of_grant on issuer.artefact (grant_id) where grant_id is not null;
create index artefact_of_session on issuer.artefact (session_uid) where session_uid is not null;
create index artefact_by_end on issuer.artefact (expires_at);

-- Ids of client assertions and DPoP proofs that were seen; each is accepted once.
create table issuer.used_once (
  key bytea primary key,
  expires_at timestamptz not null
);
create index used_once_by_end on issuer.used_once (expires_at);

-- Failed sign-ins by keyed hash of the login, whether such an account exists or not.
create table issuer.sign_in_failure (
  login_hash bytea primary key,
  failures int not null constraint failures_are_counted check (failures > 0),
  last_at timestamptz not null
);
create index sign_in_failure_by_time on issuer.sign_in_failure (last_at);

alter table issuer.artefact enable row level security, force row level security;
create policy owner_all on issuer.artefact to {{issuer.owner}} using (true);
create policy writer_all on issuer.artefact to {{issuer.writer}} using (true);
alter table issuer.used_once enable row level security, force row level security;
create policy owner_all on issuer.used_once to {{issuer.owner}} using (true);
create policy writer_all on issuer.used_once to {{issuer.writer}} using (true);
alter table issuer.sign_in_failure enable row level security, force row level security;
create policy owner_all on issuer.sign_in_failure to {{issuer.owner}} using (true);
create policy writer_all on issuer.sign_in_failure to {{issuer.writer}} using (true);

grant update, delete on issuer.artefact, issuer.used_once, issuer.sign_in_failure to {{issuer.writer}};
