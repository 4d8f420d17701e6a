-- Insured: for which chronic and special diseases a person is registered, and whose personal account may pay for whom.

create table insured.registration (
  insured_id uuid not null references insured.person,
  registration_id uuid not null,
  pool char(6) not null,
  insurance_type text not null,
  disease text not null,
  name text not null,
  kind text not null,
  -- Where the person chose to be treated for it; null: wherever there is an agreement.
  institutions text[],
  begin_on date not null,
  end_on date,
  certified_by char(12) not null,
  certified_on date not null,
  doctor_code text not null,
  doctor_name text not null,
  -- The institution that asked for it; null when the bureau entered it itself.
  requested_by char(12),
  registered_at timestamptz not null,
  end_reason text,
  ended_at timestamptz,
  -- Entered by mistake, and so it never held.
  withdrawn boolean not null default false,
  primary key (insured_id, registration_id),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint disease_has_its_form check (disease ~ '^[A-Z][0-9A-Z.]{1,29}$'),
  constraint kind_is_known check (kind in ('CHRONIC', 'SPECIAL')),
  constraint institutions_are_some_and_few check (
    cardinality(institutions) between 1 and 5 and array_position(institutions, null) is null
  ),
  constraint hospital_certified_it check (certified_by ~ '^H[0-9]{11}$'),
  constraint hospital_asked_for_it check (requested_by ~ '^H[0-9]{11}$'),
  constraint begins_when_certified check (begin_on >= certified_on),
  constraint ends_after_it_begins check (end_on >= begin_on),
  constraint end_says_why check ((ended_at is null) = (end_reason is null)),
  constraint withdrawal_is_an_end check (not withdrawn or ended_at is not null),
  constraint one_registration_of_a_disease_at_a_time exclude using gist (
    insured_id with =, disease with =, daterange(begin_on, end_on, '[]') with &&
  ) where (not withdrawn)
);
create index registration_by_id on insured.registration (registration_id);

-- Who lets the own personal account pay for whom. insured_id is the beneficiary, for whose bills it is read.
create table insured.mutual_aid (
  insured_id uuid not null references insured.person,
  binding_id uuid not null,
  sponsor_id uuid not null references insured.person,
  relation text not null,
  -- Which of the beneficiary's sponsors pays first; null once it has ended.
  place smallint,
  yearly_limit bigint,
  -- The beneficiary sees no person but themself: what they may know of the sponsor stands here.
  sponsor_masked text not null,
  -- As the sponsor entered it, and found to be right.
  beneficiary_name text not null,
  begin_on date not null,
  bound_at timestamptz not null,
  end_on date,
  ended_at timestamptz,
  ended_by text,
  primary key (insured_id, binding_id),
  constraint nobody_sponsors_themself check (sponsor_id <> insured_id),
  constraint relation_is_known check (
    relation in ('SPOUSE', 'PARENT', 'CHILD', 'SIBLING', 'GRANDPARENT', 'GRANDCHILD')
  ),
  constraint place_is_positive check (place > 0),
  constraint only_current_ones_have_a_place check ((ended_at is null) = (place is not null)),
  -- Deferrable, so that one statement can let two sponsors change places.
  constraint one_sponsor_at_a_place unique (insured_id, place) deferrable,
  constraint limit_is_positive check (yearly_limit > 0),
  constraint sponsor_is_masked check (sponsor_masked ~ '^.[*]*$'),
  constraint ends_after_it_begins check (end_on >= begin_on),
  constraint end_is_whole check ((ended_at is null) = (end_on is null) and (ended_at is null) = (ended_by is null)),
  constraint one_of_the_two_ends_it check (ended_by in ('SPONSOR', 'BENEFICIARY'))
);
create unique index one_current_binding_of_a_pair on insured.mutual_aid (insured_id, sponsor_id) where ended_at is null;
create index mutual_aid_of_sponsor on insured.mutual_aid (sponsor_id);

-- How many identity numbers of nobody a person has named as a relative's on a day: whoever tries numbers is stopped.
create table insured.unknown_relative (
  insured_id uuid not null references insured.person,
  day date not null,
  count integer not null,
  primary key (insured_id, day),
  constraint count_is_not_negative check (count >= 0)
);

do $rows$
declare
  name text;
begin
  foreach name in array array['registration', 'mutual_aid', 'unknown_relative']
  loop
    execute format('alter table insured.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on insured.%I to {{insured.owner}} using (true)', name);
    execute format('create policy writer_all on insured.%I to {{insured.writer}} using (true)', name);
  end loop;
end
$rows$;

grant select on insured.registration, insured.mutual_aid to {{insured.reader}};
grant update (end_on, end_reason, ended_at, withdrawn) on insured.registration to {{insured.writer}};
grant update (place, end_on, ended_at, ended_by) on insured.mutual_aid to {{insured.writer}};
grant update (count) on insured.unknown_relative to {{insured.writer}};

-- An institution sees those of whoever showed it a credential today, and goes on seeing what it asked for itself.
create policy reader_registration on insured.registration for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'institution' then requested_by = current_setting('yibao.institution', true) or exists (
      select from insured.presence p
      where p.insured_id = registration.insured_id and p.institution = current_setting('yibao.institution', true)
        and p.day = insured.today()
    )
    else false
  end
);

-- Both relatives, and the bureaus of both. Staff see of the table inside only the enrolments of their own pool.
create policy reader_mutual_aid on insured.mutual_aid for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then nullif(current_setting('yibao.insured', true), '')::uuid in (insured_id, sponsor_id)
    when 'staff' then exists (
      select from insured.enrolment e where e.insured_id in (mutual_aid.insured_id, mutual_aid.sponsor_id)
    )
    else false
  end
);

-- Contracts. A change of meaning is a new view beside the old one.

create view insured.registration_v1 as
select registration_id, insured_id, disease, name, kind, institutions, begin_on, end_on, pool, insurance_type
from insured.registration where not withdrawn;
comment on view insured.registration_v1 is
  'Chronic (CHRONIC) and special (SPECIAL) diseases a person is registered for, by opsp_dise_code. Holds on a day: '
  'begin_on <= day, end_on null or >= day. institutions: where the person is treated for it, null anywhere.';

create view insured.mutual_aid_v1 as
select binding_id, insured_id as beneficiary_id, sponsor_id, place, yearly_limit, begin_on, end_on
from insured.mutual_aid where ended_at is null;
comment on view insured.mutual_aid_v1 is
  'Whose personal account may pay for whom now: one that was ended is not here from that moment. Sponsors pay in order '
  'of place; yearly_limit in fen is what one pays for this beneficiary in a year, null without limit. end_on is null.';

grant select on insured.registration_v1, insured.mutual_aid_v1 to {{settlement.writer}};
