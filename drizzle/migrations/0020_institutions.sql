-- Institutions: who treats, under which agreement, and what is covered at which price.
-- Catalogue, ratios and ceilings are reference data without anything personal: readable by every reader, no row rules.

create table institutions.institution (
  code char(12) primary key,
  name text not null,
  kind text not null,
  level text not null,
  type text not null,
  credit_code char(18) not null,
  pool char(6) not null,
  registered_at timestamptz not null,
  constraint code_says_kind check (code ~ '^[HP][0-9]{11}$' and (kind = 'PHARMACY') = (code like 'P%')),
  constraint kind_is_known check (kind in ('HOSPITAL', 'PHARMACY')),
  constraint level_fits_kind check (
    level in ('LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY') and (kind = 'PHARMACY') = (level = 'PHARMACY')
  ),
  constraint type_fits_kind check ((kind = 'PHARMACY') = (type = 'RETAIL_PHARMACY')),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$')
);
create index institution_by_pool on institutions.institution (pool, code);

create table institutions.agreement (
  id uuid primary key,
  institution char(12) not null references institutions.institution,
  pool char(6) not null,
  begin_on date not null,
  end_on date,
  status text not null,
  status_since timestamptz not null,
  constraint ends_after_it_begins check (end_on >= begin_on),
  constraint status_is_known check (status in ('ACTIVE', 'SUSPENDED', 'TERMINATED'))
);
create index agreement_by_institution on institutions.agreement (institution, pool, begin_on);

-- The history: what happened to an agreement, why, and by which law. Rows are only ever added.
create table institutions.agreement_event (
  id uuid primary key,
  agreement_id uuid not null references institutions.agreement,
  institution char(12) not null,
  pool char(6) not null,
  action text not null,
  reason text,
  legal_ground text,
  actor text not null,
  at timestamptz not null,
  constraint action_is_known check (action in ('SIGNED', 'SUSPENDED', 'RESUMED', 'TERMINATED')),
  constraint change_has_its_reason check (action = 'SIGNED' or reason is not null),
  constraint withdrawal_has_its_ground check (action not in ('SUSPENDED', 'TERMINATED') or legal_ground is not null)
);
create index agreement_event_by_agreement on institutions.agreement_event (agreement_id, at);

create table institutions.catalogue_item (
  code text not null,
  pool char(6),
  begin_on date not null,
  end_on date,
  name text not null,
  list_type char(3) not null,
  charge_type char(2) not null,
  class char(1) not null,
  restricted boolean not null,
  essential boolean not null,
  negotiated boolean not null,
  paediatric boolean not null,
  special boolean not null,
  dosage_form text,
  specification text,
  unit text,
  note text,
  pinyin text not null,
  constraint item_begins_once unique nulls not distinct (code, pool, begin_on),
  constraint item_ends_after_it_begins check (end_on >= begin_on),
  constraint class_is_known check (class in ('A', 'B', 'C'))
);

create table institutions.self_pay (
  code text not null,
  pool char(6) not null,
  person_class text not null,
  begin_on date not null,
  end_on date,
  ratio integer not null,
  constraint self_pay_begins_once primary key (code, pool, person_class, begin_on),
  constraint self_pay_ends_after_it_begins check (end_on >= begin_on),
  constraint ratio_is_a_ratio check (ratio between 0 and 10000)
);

create table institutions.ceiling (
  code text not null,
  pool char(6) not null,
  level text,
  begin_on date not null,
  end_on date,
  price bigint not null,
  over text not null,
  constraint ceiling_begins_once unique nulls not distinct (code, pool, level, begin_on),
  constraint ceiling_ends_after_it_begins check (end_on >= begin_on),
  constraint price_is_positive check (price > 0),
  constraint over_is_known check (over in ('EXCESS', 'WHOLE_LINE'))
);

-- One row. Whoever changes the catalogue, a ratio or a ceiling adds one in the same transaction.
create table institutions.catalogue_version (
  id boolean primary key default true,
  version bigint not null,
  changed_at timestamptz not null,
  constraint there_is_one check (id)
);
insert into institutions.catalogue_version (version, changed_at) values (1, now());

-- What settlement, cross-province and insured read. A later entry of a key closes the earlier one, so entries cannot overlap
-- however they were loaded, and loading an old file again changes nothing.

create view institutions.designation_v1 as
select a.institution, i.name, i.kind, i.level, a.pool, a.begin_on, a.end_on, a.status,
  case when a.status <> 'ACTIVE' then (
    select e.reason from institutions.agreement_event e where e.agreement_id = a.id order by e.at desc, e.id desc limit 1
  ) end as reason
from institutions.agreement a join institutions.institution i on i.code = a.institution;

create view institutions.catalogue_v1 as
select code, name, list_type, charge_type, class, restricted, begin_on,
  least(end_on, lead(begin_on) over (partition by code, pool order by begin_on) - 1) as end_on,
  pool, essential, negotiated, paediatric, special
from institutions.catalogue_item;

-- The same with everything a reader may want to see. The subquery is run for the rows a search finds, where the window
-- above would number all of them first.
create view institutions.catalogue_entry as
select code, pool, begin_on,
  least(end_on, (select min(l.begin_on) - 1 from institutions.catalogue_item l
    where l.code = i.code and l.pool is not distinct from i.pool and l.begin_on > i.begin_on)) as end_on,
  name, list_type, charge_type, class, restricted, essential, negotiated, paediatric, special,
  dosage_form, specification, unit, note, pinyin
from institutions.catalogue_item i;

create view institutions.self_pay_v1 as
select code, pool, person_class, begin_on,
  least(end_on, lead(begin_on) over (partition by code, pool, person_class order by begin_on) - 1) as end_on, ratio
from institutions.self_pay;

create view institutions.ceiling_v1 as
select code, pool, level, begin_on,
  least(end_on, lead(begin_on) over (partition by code, pool, level order by begin_on) - 1) as end_on, price, over
from institutions.ceiling;

create view institutions.catalogue_version_v1 as select version from institutions.catalogue_version;

grant select on institutions.institution, institutions.agreement, institutions.agreement_event,
  institutions.catalogue_entry, institutions.self_pay_v1, institutions.ceiling_v1 to {{institutions.reader}};
-- Writers may read and append everywhere by default; what is granted here is what may change. History never does.
revoke insert on institutions.catalogue_version from {{institutions.writer}};
grant update on institutions.catalogue_item, institutions.self_pay, institutions.ceiling to {{institutions.writer}};
grant update (status, status_since) on institutions.agreement to {{institutions.writer}};
grant update on institutions.catalogue_version to {{institutions.writer}};
grant usage on schema institutions to {{insured.writer}};
grant select on institutions.designation_v1 to {{insured.writer}}, {{settlement.writer}}, {{cross_province.writer}};
grant select on institutions.catalogue_v1, institutions.self_pay_v1, institutions.ceiling_v1,
  institutions.catalogue_version_v1 to {{settlement.writer}};

-- Who reads what: facts for everybody who signed in; the reasons of an agreement's history for the bureau of its pool,
-- the institution itself and auditors.

alter table institutions.institution enable row level security;
alter table institutions.institution force row level security;
create policy owner_all on institutions.institution to {{institutions.owner}} using (true);
create policy writer_all on institutions.institution to {{institutions.writer}} using (true) with check (true);
create policy signed_in_reads on institutions.institution for select to {{institutions.reader}}
  using (current_setting('yibao.role', true) in ('institution', 'staff', 'person', 'auditor'));

alter table institutions.agreement enable row level security;
alter table institutions.agreement force row level security;
create policy owner_all on institutions.agreement to {{institutions.owner}} using (true);
create policy writer_all on institutions.agreement to {{institutions.writer}} using (true) with check (true);
create policy signed_in_reads on institutions.agreement for select to {{institutions.reader}}
  using (current_setting('yibao.role', true) in ('institution', 'staff', 'person', 'auditor'));

alter table institutions.agreement_event enable row level security;
alter table institutions.agreement_event force row level security;
create policy owner_all on institutions.agreement_event to {{institutions.owner}} using (true);
create policy writer_all on institutions.agreement_event to {{institutions.writer}} using (true) with check (true);
create policy those_concerned_read on institutions.agreement_event for select to {{institutions.reader}}
  using (
    case current_setting('yibao.role', true)
      when 'auditor' then true
      when 'staff' then pool = current_setting('yibao.pool', true)
      when 'institution' then institution = current_setting('yibao.institution', true)
      else false
    end
  );
