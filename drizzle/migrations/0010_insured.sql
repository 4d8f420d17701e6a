-- Insured: who is covered. A person, what covers them, and what they show at the counter.
-- Identity numbers are here only as ciphertext (identity), as keyed hash (identity_hash, credential) and masked.

-- The veto against overlapping enrolments compares a uuid and a text beside a range; only the database's own user may
-- bring the extension.
set local role none;
create extension if not exists btree_gist with schema public;
set local role {{insured.owner}};

-- The business day of the request; the application sets it from its clock, raw SQL gets the real one.
create function insured.today() returns date language sql stable as $$
  select coalesce(nullif(current_setting('yibao.day', true), '')::date, (now() at time zone 'Asia/Shanghai')::date)
$$;

create table insured.person (
  insured_id uuid primary key,
  person_number text not null,
  name text not null,
  sex text not null,
  nationality text not null,
  birth_date date not null,
  certificate_type text not null,
  identity_masked text not null,
  -- The bureau that registered the person sees them before there is an enrolment.
  registered_pool char(6) not null,
  registered_at timestamptz not null,
  constraint sex_is_known check (sex in ('1', '2')),
  constraint identity_is_masked check (identity_masked ~ '^.[*]{17}$'),
  constraint person_number_has_its_form check (person_number ~ '^[0-9A-Za-z]{1,30}$')
);

-- What must be unique or found across persons, in small tables of their own that resolve to the person.
create table insured.person_number (
  person_number text primary key,
  insured_id uuid not null
);
create table insured.identity_hash (
  value_hash bytea primary key,
  insured_id uuid not null,
  constraint hash_has_its_length check (octet_length(value_hash) = 32)
);
create sequence insured.person_number_sequence;

-- The identity number, sealed. No reader has any right here.
create table insured.identity (
  insured_id uuid primary key references insured.person,
  number_sealed bytea not null
);

create table insured.enrolment (
  insured_id uuid not null references insured.person,
  enrolment_id uuid not null,
  pool char(6) not null,
  insurance_type text not null,
  person_type text not null,
  civil_servant boolean not null,
  status text not null,
  begin_on date not null,
  end_on date,
  end_reason text,
  entered_at timestamptz not null,
  primary key (insured_id, enrolment_id),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint status_is_known check (status in ('1', '2', '4')),
  constraint ended_has_its_last_day check (status <> '4' or end_on is not null),
  constraint ends_after_it_begins check (end_on >= begin_on),
  constraint one_enrolment_of_a_type_at_a_time exclude using gist (
    insured_id with =, insurance_type with =, daterange(begin_on, end_on, '[]') with &&
  )
);
create index enrolment_by_id on insured.enrolment (enrolment_id);

create table insured.special_identity (
  insured_id uuid not null,
  enrolment_id uuid not null,
  type text not null,
  begin_on date not null,
  end_on date,
  primary key (insured_id, enrolment_id, type, begin_on),
  foreign key (insured_id, enrolment_id) references insured.enrolment,
  constraint ends_after_it_begins check (end_on >= begin_on)
);

create table insured.credential (
  kind text not null,
  value_hash bytea not null,
  insured_id uuid not null references insured.person,
  expires_at timestamptz,
  revoked boolean not null default false,
  issued_at timestamptz not null,
  primary key (kind, value_hash),
  constraint kind_is_known check (kind in ('01', '02', '03')),
  constraint voucher_expires check (kind <> '01' or expires_at is not null),
  constraint hash_has_its_length check (octet_length(value_hash) = 32)
);
create index credential_of_person on insured.credential (insured_id, kind);

-- Which institution was shown a credential of whom, on which day: it may read that person's basic data for the day.
create table insured.presence (
  insured_id uuid not null references insured.person,
  institution char(12) not null,
  day date not null,
  kind text not null,
  at timestamptz not null,
  primary key (insured_id, institution, day),
  constraint institution_has_its_form check (institution ~ '^[HP][0-9]{11}$')
);

-- How many identity numbers of nobody an institution has asked for on a day: whoever tries numbers is stopped.
create table insured.unknown_credential (
  institution char(12) not null,
  day date not null,
  count integer not null,
  primary key (institution, day),
  constraint institution_has_its_form check (institution ~ '^[HP][0-9]{11}$'),
  constraint count_is_not_negative check (count >= 0)
);

do $rows$
declare
  name text;
begin
  foreach name in array array['person', 'person_number', 'identity_hash', 'identity', 'enrolment', 'special_identity',
    'credential', 'presence', 'unknown_credential']
  loop
    execute format('alter table insured.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on insured.%I to {{insured.owner}} using (true)', name);
    execute format('create policy writer_all on insured.%I to {{insured.writer}} using (true)', name);
  end loop;
end
$rows$;

grant select on insured.person, insured.enrolment, insured.special_identity, insured.presence to {{insured.reader}};
grant update (end_on, end_reason) on insured.enrolment to {{insured.writer}};
grant update (revoked) on insured.credential to {{insured.writer}};
grant update (count) on insured.unknown_credential to {{insured.writer}};
grant delete on insured.credential to {{insured.writer}};

create policy reader_presence on insured.presence for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'institution' then institution = current_setting('yibao.institution', true)
    else false
  end
);

create policy reader_enrolment on insured.enrolment for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'institution' then exists (
      select from insured.presence p
      where p.insured_id = enrolment.insured_id and p.institution = current_setting('yibao.institution', true)
        and p.day = insured.today()
    )
    else false
  end
);

-- Seen by whom sees the enrolment it belongs to.
create policy reader_special_identity on insured.special_identity for select to {{insured.reader}} using (
  exists (
    select from insured.enrolment e
    where e.insured_id = special_identity.insured_id and e.enrolment_id = special_identity.enrolment_id
  )
);

create policy reader_person on insured.person for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then registered_pool = current_setting('yibao.pool', true)
      or exists (select from insured.enrolment e where e.insured_id = person.insured_id)
    when 'institution' then exists (
      select from insured.presence p
      where p.insured_id = person.insured_id and p.institution = current_setting('yibao.institution', true)
        and p.day = insured.today()
    )
    else false
  end
);

-- Contracts. A change of meaning is a new view beside the old one.

create view insured.coverage_v1 as
select p.insured_id, p.person_number, p.name, p.sex, p.nationality, p.birth_date, p.certificate_type,
  p.identity_masked, e.enrolment_id, e.pool, e.insurance_type, e.person_type, e.civil_servant, e.status,
  e.begin_on, e.end_on,
  coalesce((
    select jsonb_agg(jsonb_build_object('type', s.type, 'from', s.begin_on, 'to', s.end_on) order by s.type, s.begin_on)
    from insured.special_identity s
    where s.insured_id = e.insured_id and s.enrolment_id = e.enrolment_id
  ), '[]'::jsonb) as identities
from insured.enrolment e join insured.person p on p.insured_id = e.insured_id;
comment on view insured.coverage_v1 is
  'One row per enrolment. Covered on a day: begin_on <= day, end_on null or >= day, status not 2. An end, past or '
  'future, is said by end_on alone, so a bill dated before it is still covered after it; 4 adds nothing to end_on.';

create view insured.credential_v1 as
select kind, value_hash, insured_id, expires_at, revoked from insured.credential;
comment on view insured.credential_v1 is
  'What a person can show: 01 e-voucher, 02 identity card, 03 social-security card. value_hash is lookupHash of '
  'schema/secrets.ts. Valid while not revoked and expires_at is null or in the future.';

grant select on insured.coverage_v1 to {{settlement.writer}}, {{cross_province.writer}};
grant select on insured.credential_v1 to {{settlement.writer}};
