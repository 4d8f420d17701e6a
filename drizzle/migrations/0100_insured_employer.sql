-- Insured: who employs and declares. Employers, what they declare of each month, and the vouchers of what was entered.

create table insured.employer (
  credit_code char(18) not null,
  -- The bureau that registered it. An employer with staff in two pools is registered in both.
  pool char(6) not null,
  emp_no text not null,
  name text not null,
  registered_at timestamptz not null,
  registered_by text not null,
  primary key (credit_code, pool),
  constraint emp_no_is_unique unique (emp_no),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint emp_no_has_its_form check (emp_no ~ '^[0-9A-Za-z]{1,40}$')
);
create sequence insured.employer_number_sequence;

-- What one employer says of one month and one insurance: how many heads, of whom, and the bases contributions are paid of.
-- A draft changes; once declared it never does, and what was wrong is said by another that corrects it.
create table insured.declaration (
  declaration_id uuid primary key,
  employer char(18) not null,
  pool char(6) not null,
  insurance_type text not null,
  month char(7) not null,
  state text not null,
  -- The declaration this one corrects; a correction says of each of its lines what stands from now on.
  corrects uuid references insured.declaration,
  reason text,
  -- Counted when it is declared.
  heads integer,
  base_total bigint,
  created_by text not null,
  created_at timestamptz not null,
  declared_by text,
  declared_at timestamptz,
  foreign key (employer, pool) references insured.employer,
  constraint month_has_its_form check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  constraint state_is_known check (state in ('DRAFT', 'DECLARED')),
  constraint declared_is_whole check (
    (state = 'DECLARED') = (declared_at is not null)
    and num_nonnulls(heads, base_total, declared_by, declared_at) in (0, 4)
  ),
  constraint correction_says_why check ((corrects is null) = (reason is null))
);
create unique index one_declaration_of_a_month on insured.declaration (employer, pool, insurance_type, month)
  where corrects is null;
create index declaration_of_pool on insured.declaration (pool, declaration_id);
create index declaration_that_corrects on insured.declaration (corrects) where corrects is not null;

-- The lines of a draft.
create table insured.declaration_draft_line (
  insured_id uuid not null references insured.person,
  declaration_id uuid not null references insured.declaration,
  employer char(18) not null,
  pool char(6) not null,
  person_type text not null,
  base bigint not null,
  entered_base bigint not null,
  primary key (insured_id, declaration_id),
  constraint base_is_not_negative check (base >= 0 and entered_base >= 0)
);
create index draft_line_of_declaration on insured.declaration_draft_line (declaration_id);

-- The lines of what was declared: only ever added to. This is what contributions are billed from.
create table insured.declaration_line (
  insured_id uuid not null references insured.person,
  declaration_id uuid not null references insured.declaration,
  employer char(18) not null,
  pool char(6) not null,
  insurance_type text not null,
  month char(7) not null,
  person_type text not null,
  -- Fen. What contributions are paid of, within the limits of the pool; zero in a correction that takes the person out.
  base bigint not null,
  -- As the employer entered it, before it was moved to the nearer limit.
  entered_base bigint not null,
  -- In a correction: the base that stood before; null when the person had not been declared.
  base_before bigint,
  primary key (insured_id, declaration_id),
  constraint base_is_not_negative check (base >= 0 and entered_base >= 0 and base_before >= 0),
  constraint month_has_its_form check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$')
);
create index line_of_declaration on insured.declaration_line (declaration_id);

-- Accounting vouchers: what was entered, as it was entered, with its digest. Nobody changes or removes one.
create table insured.accounting_voucher (
  voucher_id uuid primary key,
  number text not null,
  -- DECLARATION, CORRECTION, PAYMENT …
  kind text not null,
  pool char(6) not null,
  employer char(18),
  insured_id uuid,
  month char(7),
  -- The entry it proves: a declaration, a contribution.
  entry_kind text not null,
  entry_id text not null,
  -- Canonical JSON, or that of a document: its name, size and SHA-256.
  content text not null,
  sha256 bytea not null,
  retain_until date not null,
  created_by text not null,
  created_at timestamptz not null,
  constraint number_is_unique unique (number),
  constraint kind_has_its_form check (kind ~ '^[A-Z_]{1,40}$' and entry_kind ~ '^[A-Z_]{1,40}$'),
  constraint digest_is_of_the_content check (sha256 = sha256(convert_to(content, 'UTF8'))),
  constraint kept_for_years check (retain_until > created_at::date)
);
create index voucher_of_entry on insured.accounting_voucher (entry_id, entry_kind);
create index voucher_of_pool on insured.accounting_voucher (pool, voucher_id);
create index voucher_of_employer on insured.accounting_voucher (employer, voucher_id) where employer is not null;
create sequence insured.voucher_number_sequence;

do $rows$
declare
  name text;
begin
  foreach name in array array['employer', 'declaration', 'declaration_draft_line', 'declaration_line',
    'accounting_voucher']
  loop
    execute format('alter table insured.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on insured.%I to {{insured.owner}} using (true)', name);
    execute format('create policy writer_reads on insured.%I for select to {{insured.writer}} using (true)', name);
    execute format('create policy writer_adds on insured.%I for insert to {{insured.writer}} with check (true)', name);
    execute format('grant select on insured.%I to {{insured.reader}}', name);
  end loop;
end
$rows$;

-- A draft changes and nothing else does: held by the rights of the writer's role, whatever the program does.
grant update (state, heads, base_total, declared_by, declared_at) on insured.declaration to {{insured.writer}};
create policy writer_declares on insured.declaration for update to {{insured.writer}}
  using (state = 'DRAFT') with check (true);
grant update (person_type, base, entered_base), delete on insured.declaration_draft_line to {{insured.writer}};
create policy writer_changes on insured.declaration_draft_line for update to {{insured.writer}} using (true);
create policy writer_removes on insured.declaration_draft_line for delete to {{insured.writer}} using (true);

-- Through whom a person is enrolled, and since when the enrolment covers: later than it begins when there is a waiting period.
alter table insured.enrolment
  add column employer char(18),
  add column cover_from date,
  add column wait_reason text,
  -- Why it is suspended, when it is.
  add column suspend_reason text,
  -- The enrolment this one goes on from: suspended, resumed, retired, transferred.
  add column follows uuid,
  -- Replaced before a day of it was over, and so it never held.
  add column voided_at timestamptz,
  add constraint employer_is_registered foreign key (employer, pool) references insured.employer,
  add constraint waits_from_its_beginning check ((cover_from is null) = (wait_reason is null) and cover_from > begin_on),
  add constraint only_suspended_ones_say_why check (suspend_reason is null or status = '2'),
  drop constraint one_enrolment_of_a_type_at_a_time,
  add constraint one_enrolment_of_a_type_at_a_time exclude using gist (
    insured_id with =, insurance_type with =, daterange(begin_on, end_on, '[]') with &&
  ) where (voided_at is null);
create index enrolment_of_employer on insured.enrolment (employer, insured_id) where employer is not null;
grant update (voided_at) on insured.enrolment to {{insured.writer}};

alter policy reader_enrolment on insured.enrolment using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'employer' then employer = current_setting('yibao.employer', true)
    when 'institution' then exists (
      select from insured.presence p
      where p.insured_id = enrolment.insured_id and p.institution = current_setting('yibao.institution', true)
        and p.day = insured.today()
    )
    else false
  end
);

alter policy reader_person on insured.person using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then registered_pool = current_setting('yibao.pool', true)
      or exists (select from insured.enrolment e where e.insured_id = person.insured_id)
    when 'employer' then exists (select from insured.enrolment e where e.insured_id = person.insured_id)
    when 'institution' then exists (
      select from insured.presence p
      where p.insured_id = person.insured_id and p.institution = current_setting('yibao.institution', true)
        and p.day = insured.today()
    )
    else false
  end
);

-- Whoever sees an enrolment sees through whom it is.
create policy reader_employer on insured.employer for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'employer' then credit_code = current_setting('yibao.employer', true)
    when 'person' then exists (
      select from insured.enrolment e where e.employer = employer.credit_code and e.pool = employer.pool
    )
    else false
  end
);

create policy reader_declaration on insured.declaration for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'employer' then employer = current_setting('yibao.employer', true)
    else false
  end
);

create policy reader_draft_line on insured.declaration_draft_line for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'employer' then employer = current_setting('yibao.employer', true)
    else false
  end
);

-- A person sees what was declared of them.
create policy reader_declaration_line on insured.declaration_line for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'employer' then employer = current_setting('yibao.employer', true)
    else false
  end
);

create policy reader_accounting_voucher on insured.accounting_voucher for select to {{insured.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = current_setting('yibao.pool', true)
    when 'employer' then employer = current_setting('yibao.employer', true)
    else false
  end
);

create or replace view insured.coverage_v1 as
select p.insured_id, p.person_number, p.name, p.sex, p.nationality, p.birth_date, p.certificate_type,
  p.identity_masked, e.enrolment_id, e.pool, e.insurance_type, e.person_type, e.civil_servant, e.status,
  coalesce(e.cover_from, e.begin_on) as begin_on, e.end_on,
  coalesce((
    select jsonb_agg(jsonb_build_object('type', s.type, 'from', s.begin_on, 'to', s.end_on) order by s.type, s.begin_on)
    from insured.special_identity s
    where s.insured_id = e.insured_id and s.enrolment_id = e.enrolment_id
  ), '[]'::jsonb) as identities,
  e.begin_on as entered_on, coalesce(e.suspend_reason, e.wait_reason) as reason
from insured.enrolment e join insured.person p on p.insured_id = e.insured_id
where e.voided_at is null;
comment on view insured.coverage_v1 is
  'One row per enrolment. Covered on a day: begin_on <= day, end_on null or >= day, status not 2. An end, past or '
  'future, is said by end_on alone, so a bill dated before it is still covered after it; 4 adds nothing to end_on. '
  'entered_on is earlier than begin_on when there is a waiting period between the two, for the reason given; with '
  'status 2 the reason is that of the suspension.';
