-- Insured: social-security cards, what became of them, and the electronic cards that channels issue upon them.

-- A card. Its number stands in insured.credential as a keyed hash, by which it is found when it is shown; here as its mask.
create table insured.card (
  insured_id uuid not null references insured.person,
  card_id uuid not null,
  number_masked text not null,
  state text not null,
  since timestamptz not null,
  -- The card it took the place of.
  replaces uuid,
  issued_at timestamptz not null,
  primary key (insured_id, card_id),
  constraint number_is_masked check (number_masked ~ '^.[*]*$'),
  constraint state_is_known check (state in ('IN_FORCE', 'SUSPENDED', 'LOST', 'REPLACED')),
  foreign key (insured_id, replaces) references insured.card
);
create index card_by_id on insured.card (card_id);
-- Of several cards one is good, or can become so again.
create unique index one_card_of_a_person on insured.card (insured_id) where state <> 'REPLACED';

-- What became of a card, one row each time; only ever added to.
create table insured.card_change (
  insured_id uuid not null,
  change_id uuid not null,
  card_id uuid not null,
  state text not null,
  -- PERSON or the pool whose staff did it.
  changed_by text not null,
  reason text,
  at timestamptz not null,
  primary key (insured_id, change_id),
  foreign key (insured_id, card_id) references insured.card,
  constraint state_is_known check (state in ('IN_FORCE', 'SUSPENDED', 'LOST', 'REPLACED'))
);

-- An electronic card: the person lets a channel issue it upon the card in force, and it dies with that one.
create table insured.electronic_card (
  insured_id uuid not null,
  electronic_card_id uuid not null,
  card_id uuid not null,
  channel text not null,
  state text not null,
  authorised_at timestamptz not null,
  issued_at timestamptz,
  ended_at timestamptz,
  primary key (insured_id, electronic_card_id),
  foreign key (insured_id, card_id) references insured.card,
  constraint channel_has_its_form check (channel ~ '^[A-Z][0-9A-Z]{2,19}$'),
  -- REVOKED by the person, ENDED with the card.
  constraint state_is_known check (state in ('AUTHORISED', 'ISSUED', 'REVOKED', 'ENDED')),
  constraint ended_when_it_says_so check ((ended_at is not null) = (state in ('REVOKED', 'ENDED'))),
  constraint issued_when_it_says_so check (state <> 'ISSUED' or issued_at is not null)
);
create index electronic_card_by_id on insured.electronic_card (electronic_card_id);
create index electronic_card_of_channel on insured.electronic_card (channel, electronic_card_id);
create unique index one_electronic_card_of_a_channel on insured.electronic_card (insured_id, channel)
  where state in ('AUTHORISED', 'ISSUED');

-- Cards from before: their numbers are known as hashes alone.
with old as (
  update insured.credential set card_id = gen_random_uuid() where kind = '03' returning insured_id, card_id, issued_at, revoked
)
insert into insured.card (insured_id, card_id, number_masked, state, since, issued_at)
select distinct on (insured_id) insured_id, card_id, '*', case when revoked then 'LOST' else 'IN_FORCE' end, issued_at, issued_at
from old order by insured_id, revoked, issued_at desc;
update insured.credential c set card_id = null, revoked = true
where kind = '03' and not exists (select from insured.card k where k.card_id = c.card_id);
alter table insured.credential add foreign key (insured_id, card_id) references insured.card;
alter table insured.voucher add foreign key (insured_id, electronic_card_id) references insured.electronic_card;

do $rows$
declare
  name text;
begin
  foreach name in array array['card', 'card_change', 'electronic_card']
  loop
    execute format('alter table insured.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on insured.%I to {{insured.owner}} using (true)', name);
    execute format('create policy writer_all on insured.%I to {{insured.writer}} using (true)', name);
  end loop;
end
$rows$;
grant select on insured.card, insured.card_change, insured.electronic_card to {{insured.reader}};
grant update (state, since) on insured.card to {{insured.writer}};
grant update (state, issued_at, ended_at) on insured.electronic_card to {{insured.writer}};

-- The person, and the bureaus that enrolled them.
create policy reader_card on insured.card for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then exists (select from insured.enrolment e where e.insured_id = card.insured_id)
    else false
  end
);
-- Seen by whom sees the card.
create policy reader_card_change on insured.card_change for select to {{insured.reader}} using (
  exists (select from insured.card k where k.insured_id = card_change.insured_id and k.card_id = card_change.card_id)
);
-- A channel sees those it was let to issue.
create policy reader_electronic_card on insured.electronic_card for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then exists (select from insured.enrolment e where e.insured_id = electronic_card.insured_id)
    when 'channel' then channel = current_setting('yibao.channel', true)
    else false
  end
);
