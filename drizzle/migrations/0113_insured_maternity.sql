-- Insured: registrations for maternity care (生育备案, 2699).

create table insured.maternity_registration (
  insured_id uuid not null references insured.person,
  registration_id uuid not null,
  pool char(6) not null,
  insurance_type text not null,
  -- Where she is to be delivered; null: wherever there is an agreement.
  hospital char(12),
  -- matn_type, as far as it is known beforehand.
  birth_type text,
  expected_on date not null,
  -- Weeks of pregnancy on the day it was registered.
  weeks smallint not null,
  begin_on date not null,
  end_on date not null,
  requested_by char(12),
  registered_at timestamptz not null,
  end_reason text,
  ended_at timestamptz,
  withdrawn boolean not null default false,
  primary key (insured_id, registration_id),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint hospital_is_one check (hospital ~ '^H[0-9]{11}$'),
  constraint hospital_asked_for_it check (requested_by ~ '^H[0-9]{11}$'),
  constraint birth_type_is_known check (birth_type in ('1', '2', '3', '4', '5', '6', '7', '9')),
  constraint weeks_are_of_a_pregnancy check (weeks between 4 and 43),
  constraint ends_after_it_begins check (end_on >= begin_on),
  constraint end_says_why check ((ended_at is null) = (end_reason is null)),
  constraint withdrawal_is_an_end check (not withdrawn or ended_at is not null),
  constraint one_pregnancy_at_a_time exclude using gist (
    insured_id with =, daterange(begin_on, end_on, '[]') with &&
  ) where (not withdrawn)
);
create index maternity_registration_by_id on insured.maternity_registration (registration_id);

alter table insured.maternity_registration enable row level security, force row level security;
create policy owner_all on insured.maternity_registration to {{insured.owner}} using (true);
create policy writer_all on insured.maternity_registration to {{insured.writer}} using (true);
grant select on insured.maternity_registration to {{insured.reader}};
grant update (end_on, end_reason, ended_at, withdrawn) on insured.maternity_registration to {{insured.writer}};

create policy reader_maternity_registration on insured.maternity_registration for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'institution' then requested_by = current_setting('yibao.institution', true) or exists (
      select from insured.presence p
      where p.insured_id = maternity_registration.insured_id
        and p.institution = current_setting('yibao.institution', true) and p.day = insured.today()
    )
    else false
  end
);

create view insured.maternity_registration_v1 as
select registration_id, insured_id, pool, insurance_type, hospital, birth_type, expected_on, begin_on, end_on
from insured.maternity_registration where not withdrawn;
comment on view insured.maternity_registration_v1 is
  'Registrations for maternity care. Holds on a day: begin_on <= day <= end_on. hospital: where she is treated, null '
  'anywhere; birth_type is matn_type as expected, null when not known.';
grant select on insured.maternity_registration_v1 to {{settlement.writer}};
