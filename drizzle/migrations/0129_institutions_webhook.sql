-- Addresses of partners that events are sent to, and what was sent. What signs is encrypted under the data key.
create table institutions.webhook (
  id uuid primary key,
  institution char(12),
  employer text,
  channel text,
  url text not null,
  kinds text[] not null constraint some_kind_is_wanted check (cardinality(kinds) > 0),
  description text not null,
  state text not null constraint state_is_known check (state in ('ACTIVE', 'DISABLED', 'REMOVED')),
  created_at timestamptz not null,
  -- Since when nothing arrived; null after the last delivery succeeded.
  failing_since timestamptz,
  disabled_at timestamptz,
  constraint webhook_has_one_holder check (num_nonnulls(institution, employer, channel) = 1),
  constraint disabled_when_it_says_so check ((disabled_at is not null) = (state <> 'ACTIVE'))
);
create index webhook_of_institution on institutions.webhook (institution) where institution is not null;
create index webhook_of_employer on institutions.webhook (employer) where employer is not null;
create index webhook_of_channel on institutions.webhook (channel) where channel is not null;

-- What signs: no reader sees it. The one before counts until its end, so that a partner can change over.
create table institutions.webhook_secret (
  webhook_id uuid primary key references institutions.webhook,
  secret bytea not null,
  old_secret bytea,
  old_until timestamptz,
  constraint old_secret_has_an_end check ((old_secret is null) = (old_until is null))
);

-- One event for one address. `message_id` stays the same through retries and replays, so that whoever receives it twice
-- can tell; `body` is kept as it was signed.
create table institutions.webhook_delivery (
  id uuid primary key,
  webhook_id uuid not null references institutions.webhook,
  institution char(12),
  employer text,
  channel text,
  message_id uuid not null,
  kind text not null,
  body text not null,
  state text not null constraint state_is_known check (state in ('WAITING', 'DELIVERED', 'GIVEN_UP')),
  attempts jsonb not null default '[]',
  tries smallint not null default 0,
  next_at timestamptz,
  created_at timestamptz not null,
  delivered_at timestamptz,
  constraint waits_for_a_moment check ((state = 'WAITING') = (next_at is not null)),
  constraint delivered_when_it_says_so check ((state = 'DELIVERED') = (delivered_at is not null))
);
create index webhook_delivery_of_webhook on institutions.webhook_delivery (webhook_id, id);
create index webhook_delivery_due on institutions.webhook_delivery (next_at) where state = 'WAITING';

grant update (url, kinds, description, state, failing_since, disabled_at) on institutions.webhook
  to {{institutions.writer}};
grant update (secret, old_secret, old_until) on institutions.webhook_secret to {{institutions.writer}};
grant update (state, attempts, tries, next_at, delivered_at) on institutions.webhook_delivery
  to {{institutions.writer}};
grant select on institutions.webhook, institutions.webhook_delivery to {{institutions.reader}};

do $security$
declare
  name text;
begin
  foreach name in array array['webhook', 'webhook_secret', 'webhook_delivery']
  loop
    execute format('alter table institutions.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on institutions.%I to {{institutions.owner}} using (true)', name);
    execute format('create policy writer_all on institutions.%I to {{institutions.writer}} using (true)', name);
    continue when name = 'webhook_secret';
    execute format($policy$
      create policy those_concerned_read on institutions.%I for select to {{institutions.reader}} using (
        case current_setting('yibao.role', true)
          when 'institution' then institution = current_setting('yibao.institution', true)
          when 'employer' then employer = current_setting('yibao.employer', true)
          when 'channel' then channel = current_setting('yibao.channel', true)
          when 'auditor' then true
          else false
        end)$policy$, name);
  end loop;
end
$security$;
