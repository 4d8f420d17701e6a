-- The keys institutions sign with, for papers that other subgraphs take: what a key signed before it was retired stays.

create view settlement.signing_key_v1 as
select institution, kid, public_key, registered_at, retired_at from settlement.signing_key;
comment on view settlement.signing_key_v1 is
  'Public keys of institutions as JWK, Ed25519 or P-256. retired_at: from then on it signs nothing any more.';
grant select on settlement.signing_key_v1 to {{cross_province.writer}};
