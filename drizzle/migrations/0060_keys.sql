-- Which keys the data of this database was encrypted and indexed with: a fingerprint each, never the key.
create table public.yibao_key (
  name text primary key,
  fingerprint text not null
);
