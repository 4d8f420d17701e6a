-- Cross-province: treatment away from the home pool that was filed beforehand (异地就医备案).

create table cross_province.filing (
  insured_id uuid not null,
  filing_id uuid not null,
  -- The pool the person is insured in; its rules decided, its staff see the filing.
  pool char(6) not null,
  insurance_type text not null,
  type text not null,
  ground text,
  -- Division as its significant digits: 62 a province, 6201 a city, 620102 a county. It covers what begins with it.
  destination text not null,
  begin_on date not null,
  end_on date,
  evidence text not null,
  referred_by char(12),
  referral_number text,
  referred_on date,
  home_use text not null,
  -- Which rules were applied, for whoever asks later: the file and the day it took effect.
  rules text not null,
  filed_at timestamptz not null,
  effective_from timestamptz not null,
  -- The first day it no longer holds; a row is never removed.
  cancelled_from date,
  cancelled_at timestamptz,
  replaced_by uuid,
  primary key (insured_id, filing_id),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint type_is_known check (type in ('LONG_TERM', 'REFERRAL', 'OTHER_TEMPORARY')),
  constraint long_term_has_its_ground check ((type = 'LONG_TERM') = (ground is not null)),
  constraint ground_is_known check (ground in ('RETIRED_ELSEWHERE', 'RESIDENT_ELSEWHERE', 'WORKING_ELSEWHERE')),
  constraint referral_names_its_hospital check ((type = 'REFERRAL') = (referred_by is not null)),
  constraint destination_has_its_form check (destination ~ '^[1-8][0-9]([0-9]{2}){0,2}$'),
  constraint temporary_ends check (type = 'LONG_TERM' or end_on is not null),
  constraint ends_after_it_begins check (end_on >= begin_on),
  constraint home_use_is_known check (home_use in ('BOTH', 'NOT_WHILE_FILED')),
  constraint cancelled_at_some_time check ((cancelled_from is null) = (cancelled_at is null)),
  -- The database's own veto: on no day do two filings of one person hold for the same destination.
  constraint one_filing_for_a_place_at_a_time exclude using gist (
    insured_id with =, destination with =,
    daterange(
      begin_on,
      case when end_on is null and cancelled_from is null then null
        else greatest(begin_on, least(end_on + 1, cancelled_from)) end,
      '[)'
    ) with &&
  )
);
create index filing_by_id on cross_province.filing (filing_id);
create index filing_of_pool on cross_province.filing (pool, filing_id);

alter table cross_province.filing enable row level security, force row level security;
create policy owner_all on cross_province.filing to {{cross_province.owner}} using (true);
create policy writer_all on cross_province.filing to {{cross_province.writer}} using (true);
create policy reader_filing on cross_province.filing for select to {{cross_province.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = current_setting('yibao.pool', true)
    else false
  end
);
grant select on cross_province.filing to {{cross_province.reader}};
grant update (cancelled_from, cancelled_at, replaced_by) on cross_province.filing to {{cross_province.writer}};

create view cross_province.filing_v1 as
select insured_id, filing_id, type, destination, begin_on, end_on, effective_from, cancelled_from
from cross_province.filing;
comment on view cross_province.filing_v1 is
  'One row per filing. Holds on a day: begin_on <= day, end_on null or >= day, cancelled_from null or > day. A filing '
  'added before discharge counts for the whole stay (医保发〔2022〕22号 art. 16). destination covers every division '
  'that begins with it.';
grant select on cross_province.filing_v1 to {{settlement.writer}};
