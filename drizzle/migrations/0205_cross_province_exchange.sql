-- The exchange with platforms of other provinces: who they are, by which keys they are known, and every message.

create table cross_province.partner (
  -- First two digits of its divisions.
  province char(2) primary key constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  name text not null,
  -- Where its gateway is reached, without a path.
  url text not null constraint url_is_one check (url ~ '^https?://[^/]+$'),
  added_at timestamptz not null
);

create table cross_province.partner_platform_key (
  province char(2) not null references cross_province.partner,
  -- Thumbprint (RFC 7638) of the public key.
  kid text not null,
  -- The raw public key of Ed25519, base64url.
  x text not null constraint key_is_32_bytes check (x ~ '^[A-Za-z0-9_-]{43}$'),
  valid_from timestamptz not null,
  -- From then on it no longer counts; null while nobody ended it. Two are valid at once while keys are changed.
  valid_until timestamptz,
  primary key (province, kid),
  constraint ends_after_it_begins check (valid_until > valid_from)
);

-- Append only but for what became of a message. Bodies hold personal data and are not kept: the digest and the signature
-- over it prove what was said to whoever has the body.
create table cross_province.exchange_message (
  direction text not null constraint direction_is_known check (direction in ('IN', 'OUT')),
  province char(2) not null,
  message_id uuid not null,
  type text not null,
  -- The exchange it is about, where it is about one.
  exchange uuid,
  digest text not null,
  signature_input text not null,
  signature text not null,
  at timestamptz not null,
  -- What became of it: null while it is under way, or nobody knows.
  result text constraint result_is_known check (result in ('ANSWERED', 'REFUSED', 'UNREACHED')),
  code text,
  answer_digest text,
  answer_signature text,
  answered_at timestamptz,
  primary key (direction, province, message_id)
);
create index exchange_message_of_exchange on cross_province.exchange_message (exchange) where exchange is not null;

-- Nobody reads these through the graph yet.
alter table cross_province.partner enable row level security, force row level security;
create policy owner_all on cross_province.partner to {{cross_province.owner}} using (true);
create policy writer_all on cross_province.partner to {{cross_province.writer}} using (true);
alter table cross_province.partner_platform_key enable row level security, force row level security;
create policy owner_all on cross_province.partner_platform_key to {{cross_province.owner}} using (true);
create policy writer_all on cross_province.partner_platform_key to {{cross_province.writer}} using (true);
alter table cross_province.exchange_message enable row level security, force row level security;
create policy owner_all on cross_province.exchange_message to {{cross_province.owner}} using (true);
create policy writer_all on cross_province.exchange_message to {{cross_province.writer}} using (true);

grant update (name, url) on cross_province.partner to {{cross_province.writer}};
grant update (valid_until) on cross_province.partner_platform_key to {{cross_province.writer}};
grant update (result, code, answer_digest, answer_signature, answered_at) on cross_province.exchange_message
  to {{cross_province.writer}};
