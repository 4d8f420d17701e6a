-- Insured: documents. Most are about a person; all subgraphs name them by id and read them through document_v1. What
-- they hold lies elsewhere, encrypted: here are only their rows and the keys, wrapped.

create table insured.document (
  document_id uuid primary key,
  -- What it is for; the list, with types and sizes, is documents/purposes.json.
  purpose text not null,
  -- Who brought it, as `callerOf` says it; what the platform made itself says `platform:` and its schema.
  uploaded_by text not null,
  -- Who besides the auditors may see it: the bureau of the pool it is meant for, the person it is about, and the
  -- organisation that brought it or to which it was made out.
  pool char(6),
  insured_id uuid references insured.person,
  institution char(12),
  employer text,
  channel text,
  -- As it was called, for people; nothing is decided by it.
  name text not null,
  -- Found in the content.
  type text,
  size bigint not null,
  -- Bytes that are on disk; a client goes on from here.
  received bigint not null,
  -- What the client said the digest is, before anything was sent.
  sha256_given bytea,
  sha256 bytea,
  state text not null,
  -- Code of the refusal.
  reason text,
  created_at timestamptz not null,
  expires_at timestamptz,
  -- Since when some process looks at the content; another takes over when it died.
  checked_since timestamptz,
  finished_at timestamptz,
  -- The first business that names it; from then on it cannot be withdrawn.
  used_by text,
  used_at timestamptz,
  constraint purpose_has_its_form check (purpose ~ '^[A-Z][A-Z_]{1,39}$'),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint institution_has_its_form check (institution ~ '^[HP][0-9]{11}$'),
  constraint name_is_short check (char_length(name) between 1 and 200),
  constraint state_is_known check (state in ('UPLOADING', 'CHECKING', 'STORED', 'REFUSED', 'WITHDRAWN')),
  constraint received_is_part_of_size check (received between 0 and size),
  constraint digest_has_its_length check (octet_length(sha256) = 32 and octet_length(sha256_given) = 32),
  constraint stored_is_whole check (
    state not in ('STORED', 'WITHDRAWN') or (received = size and sha256 is not null and type is not null)
  ),
  constraint refusal_says_why check ((state = 'REFUSED') = (reason is not null)),
  constraint use_is_whole check ((used_by is null) = (used_at is null)),
  constraint used_stays check (used_by is null or state = 'STORED')
);
create index document_of_person on insured.document (insured_id, document_id) where insured_id is not null;
create index document_of_pool on insured.document (pool, document_id);
create index document_of_institution on insured.document (institution, document_id) where institution is not null;
create index document_of_employer on insured.document (employer, document_id) where employer is not null;
create index document_of_channel on insured.document (channel, document_id) where channel is not null;
create index document_by_uploader on insured.document (uploaded_by, document_id);
create index document_unfinished on insured.document (created_at) where state in ('UPLOADING', 'CHECKING');

-- Where the content lies and its key, encrypted under the data key. No reader has any right here.
create table insured.document_key (
  document_id uuid primary key references insured.document on delete cascade,
  storage_key text not null,
  key_wrapped bytea not null
);

-- What of an unfinished upload is on disk, piece by piece.
create table insured.document_segment (
  document_id uuid not null references insured.document on delete cascade,
  begin_at bigint not null,
  size integer not null,
  storage_key text not null,
  primary key (document_id, begin_at),
  constraint begin_is_not_negative check (begin_at >= 0),
  constraint size_is_positive check (size > 0)
);

do $rows$
declare
  name text;
begin
  foreach name in array array['document', 'document_key', 'document_segment']
  loop
    execute format('alter table insured.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on insured.%I to {{insured.owner}} using (true)', name);
    execute format('create policy writer_all on insured.%I to {{insured.writer}} using (true)', name);
  end loop;
end
$rows$;

grant update (type, received, sha256, state, reason, expires_at, checked_since, finished_at, used_by, used_at)
  on insured.document to {{insured.writer}};
grant delete on insured.document, insured.document_key, insured.document_segment to {{insured.writer}};
grant select on insured.document to {{insured.reader}};

create policy reader_document on insured.document for select to {{insured.reader}} using (
  uploaded_by = nullif(current_setting('yibao.caller', true), '')
  or case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = nullif(current_setting('yibao.pool', true), '')
    when 'institution' then institution = nullif(current_setting('yibao.institution', true), '')
    when 'employer' then employer = nullif(current_setting('yibao.employer', true), '')
    when 'channel' then channel = nullif(current_setting('yibao.channel', true), '')
    else false
  end
);

-- Contracts. A change of meaning is a new view beside the old one.

create view insured.document_v1 as
select d.document_id, d.purpose, d.uploaded_by, d.pool, d.insured_id, d.institution, d.employer, d.channel, d.name,
  d.type, d.size, d.sha256, d.state, d.used_by, d.created_at, d.finished_at, k.storage_key, k.key_wrapped
from insured.document d join insured.document_key k on k.document_id = d.document_id;
comment on view insured.document_v1 is
  'Documents of every state; the content of one is there when it is STORED, and @yibao/documents opens it. uploaded_by: '
  'callerOf. pool, insured_id, institution, employer, channel: whose it is. size in bytes, sha256 of the content. '
  'used_by: the first business that named it.';

-- Names a document in a business of some subgraph, in the transaction of that business: from then on it stays. False when
-- it is not there to be used, or for another purpose.
create function insured.use_document_v1(asked uuid, for_purpose text, business text, now timestamptz) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  update insured.document d set used_by = coalesce(d.used_by, business), used_at = coalesce(d.used_at, now)
  where d.document_id = asked and d.state = 'STORED' and d.purpose = for_purpose;
  return found;
end
$$;

-- Keeps a document the platform made. Its content is on disk before.
create function insured.keep_document_v1(
  new_id uuid, purpose text, made_by text, pool text, insured_id uuid, institution text, employer text, name text,
  type text, size bigint, sha256 bytea, business text, now timestamptz, storage_key text, key_wrapped bytea
) returns void
language plpgsql security definer set search_path = '' as $$
begin
  insert into insured.document (document_id, purpose, uploaded_by, pool, insured_id, institution, employer, name, type,
    size, received, sha256, state, created_at, finished_at, used_by, used_at)
  values (new_id, purpose, 'platform:' || made_by, pool, insured_id, institution, employer, name, type, size, size, sha256,
    'STORED', now, now, business, now);
  insert into insured.document_key (document_id, storage_key, key_wrapped) values (new_id, storage_key, key_wrapped);
end
$$;

revoke all on function insured.use_document_v1, insured.keep_document_v1 from public;
grant execute on function insured.use_document_v1, insured.keep_document_v1
  to {{insured.writer}}, {{institutions.writer}}, {{settlement.writer}}, {{cross_province.writer}};
grant usage on schema insured to {{institutions.writer}}, {{settlement.writer}}, {{cross_province.writer}};
grant select on insured.document_v1 to {{institutions.writer}}, {{settlement.writer}}, {{cross_province.writer}};
