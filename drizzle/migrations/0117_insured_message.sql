-- Insured: messages. Whoever is to be told something gets one message for it, and it is delivered by each channel once.

create table insured.message (
  message_id uuid primary key,
  recipient_kind text not null,
  -- Id of the person, code of the institution or employer, division of the pool.
  recipient text not null,
  insured_id uuid,
  template text not null,
  version integer not null,
  -- What the placeholders stand for; the text is made when it is read.
  data jsonb not null,
  key text not null,
  at timestamptz not null,
  read_at timestamptz,
  constraint recipient_is_known check (recipient_kind in ('person', 'institution', 'staff', 'employer')),
  constraint person_is_insured check ((recipient_kind = 'person') = (insured_id is not null)),
  constraint nobody_is_told_twice unique (recipient_kind, recipient, key)
);
create index message_of_recipient on insured.message (recipient_kind, recipient, message_id);
create index message_unread on insured.message (recipient_kind, recipient, message_id) where read_at is null;

create table insured.message_delivery (
  message_id uuid not null references insured.message,
  channel text not null,
  state text not null,
  attempts integer not null,
  -- When it is tried, or asked about, next.
  next_at timestamptz,
  -- Under which the provider knows it.
  reference text,
  sent_at timestamptz,
  delivered_at timestamptz,
  primary key (message_id, channel),
  constraint channel_is_known check (channel in ('IN_APP', 'SMS', 'PUSH')),
  constraint state_is_known check (state in ('WAITING', 'SENT', 'DELIVERED', 'FAILED')),
  constraint attempts_are_not_negative check (attempts >= 0),
  constraint over_is_over check ((next_at is null) = (state in ('DELIVERED', 'FAILED'))),
  constraint delivered_says_when check ((state = 'DELIVERED') = (delivered_at is not null))
);
create index message_delivery_due on insured.message_delivery (next_at) where next_at is not null;

-- Where somebody is reached besides here: sealed, and shown masked. No reader has any right here.
create table insured.message_contact (
  recipient_kind text not null,
  recipient text not null,
  phone_sealed bytea,
  phone_masked text,
  push_sealed bytea,
  updated_at timestamptz not null,
  primary key (recipient_kind, recipient),
  constraint recipient_is_known check (recipient_kind in ('person', 'institution', 'employer')),
  constraint phone_is_masked check (phone_masked ~ '^[0-9]{3}[*]{8}$'),
  constraint phone_is_whole check ((phone_sealed is null) = (phone_masked is null))
);

-- By which channels somebody is told of which kind of event, where that is not as the template has it.
create table insured.message_preference (
  recipient_kind text not null,
  recipient text not null,
  kind text not null,
  sms boolean not null,
  push boolean not null,
  primary key (recipient_kind, recipient, kind)
);

do $rows$
declare
  name text;
begin
  foreach name in array array['message', 'message_delivery', 'message_contact', 'message_preference']
  loop
    execute format('alter table insured.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on insured.%I to {{insured.owner}} using (true)', name);
    execute format('create policy writer_all on insured.%I to {{insured.writer}} using (true)', name);
  end loop;
end
$rows$;

grant update (read_at) on insured.message to {{insured.writer}};
grant update (state, attempts, next_at, reference, sent_at, delivered_at) on insured.message_delivery
  to {{insured.writer}};
grant update on insured.message_contact, insured.message_preference to {{insured.writer}};
grant select on insured.message, insured.message_delivery, insured.message_preference to {{insured.reader}};

-- Whom the caller is among recipients: its kind is its role.
create function insured.own_recipient() returns text language sql stable as $$
  select case current_setting('yibao.role', true)
    when 'person' then nullif(current_setting('yibao.insured', true), '')
    when 'institution' then nullif(current_setting('yibao.institution', true), '')
    when 'staff' then nullif(current_setting('yibao.pool', true), '')
    when 'employer' then nullif(current_setting('yibao.employer', true), '')
  end
$$;

create policy reader_message on insured.message for select to {{insured.reader}} using (
  current_setting('yibao.role', true) = 'auditor'
  or (recipient_kind = current_setting('yibao.role', true) and recipient = insured.own_recipient())
);
-- Seen by whom sees the message it delivers.
create policy reader_message_delivery on insured.message_delivery for select to {{insured.reader}} using (
  exists (select from insured.message m where m.message_id = message_delivery.message_id)
);
create policy reader_message_preference on insured.message_preference for select to {{insured.reader}} using (
  recipient_kind = current_setting('yibao.role', true) and recipient = insured.own_recipient()
);
