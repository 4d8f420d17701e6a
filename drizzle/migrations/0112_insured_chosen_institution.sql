-- Insured: where a person chose to be treated, special identities with their evidence, and certificates for somebody
-- who is treated without any credential.

create table insured.chosen_institution (
  insured_id uuid not null references insured.person,
  choice_id uuid not null,
  pool char(6) not null,
  institution char(12) not null,
  -- PRIMARY: community care and hospitals of the first level; OTHER: any other hospital.
  kind text not null,
  begin_on date not null,
  end_on date,
  -- The institution that asked for it; null when the person or the bureau chose.
  requested_by char(12),
  -- Whether the person chose it themself.
  by_person boolean not null,
  chosen_at timestamptz not null,
  end_reason text,
  ended_at timestamptz,
  -- Taken back before it began, or on the day it was entered: it never held.
  withdrawn boolean not null default false,
  primary key (insured_id, choice_id),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint institution_is_a_hospital check (institution ~ '^H[0-9]{11}$'),
  constraint kind_is_known check (kind in ('PRIMARY', 'OTHER')),
  constraint ends_after_it_begins check (end_on >= begin_on),
  constraint end_says_why check ((ended_at is null) = (end_reason is null)),
  constraint withdrawal_is_an_end check (not withdrawn or ended_at is not null),
  constraint chosen_once_at_a_time exclude using gist (
    insured_id with =, pool with =, institution with =, daterange(begin_on, end_on, '[]') with &&
  ) where (not withdrawn)
);
create index choice_by_id on insured.chosen_institution (choice_id);

-- What a special identity rests on, when staff entered it by itself.
alter table insured.special_identity
  add column evidence text,
  add column entered_at timestamptz,
  add column end_reason text,
  add column ended_at timestamptz;
grant update (end_on, end_reason, ended_at) on insured.special_identity to {{insured.writer}};

-- That somebody is who they say, checked at a window; its code is in insured.voucher and is decoded once, like any other.
create table insured.no_card_certificate (
  insured_id uuid not null references insured.person,
  certificate_id uuid not null,
  code_hash bytea not null unique references insured.voucher,
  -- The institution or the pool whose window checked it.
  institution char(12),
  pool char(6),
  reason text not null,
  issued_at timestamptz not null,
  valid_until timestamptz not null,
  primary key (insured_id, certificate_id),
  constraint one_window_checked_it check ((institution is null) <> (pool is null)),
  constraint institution_has_its_form check (institution ~ '^[HP][0-9]{11}$')
);
create index certificate_by_id on insured.no_card_certificate (certificate_id);

do $rows$
declare
  name text;
begin
  foreach name in array array['chosen_institution', 'no_card_certificate']
  loop
    execute format('alter table insured.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on insured.%I to {{insured.owner}} using (true)', name);
    execute format('create policy writer_all on insured.%I to {{insured.writer}} using (true)', name);
  end loop;
end
$rows$;
grant select on insured.chosen_institution, insured.no_card_certificate to {{insured.reader}};
grant update (end_on, end_reason, ended_at, withdrawn) on insured.chosen_institution to {{insured.writer}};

-- An institution sees those of whoever showed it a credential today, and goes on seeing what it asked for itself.
create policy reader_chosen_institution on insured.chosen_institution for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'institution' then requested_by = current_setting('yibao.institution', true) or exists (
      select from insured.presence p
      where p.insured_id = chosen_institution.insured_id and p.institution = current_setting('yibao.institution', true)
        and p.day = insured.today()
    )
    else false
  end
);

-- The person, the window that checked, and auditors.
create policy reader_no_card_certificate on insured.no_card_certificate for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'institution' then institution = current_setting('yibao.institution', true)
    else false
  end
);

create view insured.chosen_institution_v1 as
select choice_id, insured_id, pool, institution, kind, begin_on, end_on
from insured.chosen_institution where not withdrawn;
comment on view insured.chosen_institution_v1 is
  'Where a person chose to be treated, per pool (2505). Holds on a day: begin_on <= day, end_on null or >= day. kind: '
  'PRIMARY for community care and hospitals of the first level, OTHER for any other.';
grant select on insured.chosen_institution_v1 to {{settlement.writer}};
