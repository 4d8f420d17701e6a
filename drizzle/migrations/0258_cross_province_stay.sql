-- Cross-province: stays of persons who are insured in another province than they are treated in. Home keeps what the place
-- of treatment announces; the place keeps what it has announced, and each notice until home has answered it.

create table cross_province.stay_elsewhere (
  insured_id uuid not null,
  -- The exchange of its admission.
  stay_id uuid not null,
  -- The pool that covered the person at the admission, whose staff see it; null when none did.
  pool char(6),
  -- Whose platform announced it, first two digits.
  province char(2) not null,
  institution char(12) not null,
  institution_name text not null,
  visit text not null,
  care_type text not null,
  department text,
  -- [{code, name}], the main one first.
  diagnoses jsonb not null,
  admitted_at timestamptz not null,
  discharged_at timestamptz,
  discharge_way text,
  state text not null,
  recorded_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (insured_id, stay_id),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  constraint institution_lies_in_the_province check (
    institution ~ '^H[0-9]{11}$' and substr(institution, 2, 2) = province
  ),
  constraint care_type_has_its_form check (care_type ~ '^[0-9]{2}([0-9]{2}){0,2}$'),
  constraint state_is_known check (state in ('ADMITTED', 'DISCHARGED', 'CANCELLED')),
  constraint discharged_whole check (
    (state = 'DISCHARGED') = (discharged_at is not null) and (discharged_at is null) = (discharge_way is null)
  ),
  constraint discharged_after_the_admission check (discharged_at >= admitted_at)
);
create unique index stay_elsewhere_by_id on cross_province.stay_elsewhere (stay_id);
-- One visit is one stay, unless it was a mistake.
create unique index stay_elsewhere_of_visit on cross_province.stay_elsewhere (institution, visit)
  where state <> 'CANCELLED';
create index stay_elsewhere_of_pool on cross_province.stay_elsewhere (pool, stay_id);

create table cross_province.incoming_stay (
  -- The exchange of its admission.
  stay_id uuid primary key,
  institution char(12) not null,
  -- The pool of the institution's agreement, whose staff see it.
  pool char(6) not null,
  visit text not null,
  -- Where the person is insured, and their id on the platform there.
  insured_pool char(6) not null,
  insured_id uuid not null,
  care_type text not null,
  department text,
  diagnoses jsonb not null,
  admitted_at timestamptz not null,
  discharged_at timestamptz,
  discharge_way text,
  -- REFUSED: home did not take the admission.
  state text not null,
  announced_at timestamptz not null,
  changed_at timestamptz not null,
  constraint institution_has_its_form check (institution ~ '^H[0-9]{11}$'),
  constraint pool_is_a_division check (pool ~ '^[0-9]{6}$'),
  constraint insured_elsewhere check (
    insured_pool ~ '^[0-9]{6}$' and substr(institution, 2, 2) <> substr(insured_pool, 1, 2)
  ),
  constraint care_type_has_its_form check (care_type ~ '^[0-9]{2}([0-9]{2}){0,2}$'),
  constraint state_is_known check (state in ('ADMITTED', 'DISCHARGED', 'CANCELLED', 'REFUSED')),
  constraint discharged_whole check (
    (state <> 'DISCHARGED' or discharged_at is not null) and (discharged_at is null) = (discharge_way is null)
  ),
  constraint discharged_after_the_admission check (discharged_at >= admitted_at)
);
create unique index incoming_stay_of_visit on cross_province.incoming_stay (institution, visit)
  where state not in ('CANCELLED', 'REFUSED');
create index incoming_stay_of_institution on cross_province.incoming_stay (institution, stay_id);
create index incoming_stay_of_pool on cross_province.incoming_stay (pool, stay_id);

-- What home has to be told of a stay, in this order; written before it is sent, and sent until it is answered.
create table cross_province.stay_notice (
  stay_id uuid not null references cross_province.incoming_stay,
  number smallint not null constraint number_starts_at_one check (number > 0),
  -- Under this id it is said, however often.
  exchange uuid not null constraint exchange_is_unique unique,
  type text not null constraint type_is_known check (type in ('admission', 'change', 'discharge')),
  -- What is said. It names nobody.
  message jsonb not null,
  state text not null constraint state_is_known check (state in ('WAITING', 'RECORDED', 'REFUSED')),
  attempts integer not null default 0 constraint attempts_are_not_negative check (attempts >= 0),
  next_at timestamptz,
  -- Why the last attempt got no answer.
  last_code text,
  -- Why home refused it: type, code, text, problems, details.
  rejection jsonb,
  announced_at timestamptz not null,
  answered_at timestamptz,
  primary key (stay_id, number),
  constraint what_waits_is_sent_again check ((state = 'WAITING') = (next_at is not null)),
  constraint answered_at_some_time check ((state = 'WAITING') = (answered_at is null)),
  constraint refusal_says_why check ((state = 'REFUSED') = (rejection is not null))
);
create index stay_notice_due on cross_province.stay_notice (next_at) where state = 'WAITING';

alter table cross_province.stay_elsewhere enable row level security, force row level security;
create policy owner_all on cross_province.stay_elsewhere to {{cross_province.owner}} using (true);
create policy writer_all on cross_province.stay_elsewhere to {{cross_province.writer}} using (true);
create policy those_concerned_read on cross_province.stay_elsewhere for select to {{cross_province.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = nullif(current_setting('yibao.pool', true), '')
    else false
  end
);
alter table cross_province.incoming_stay enable row level security, force row level security;
create policy owner_all on cross_province.incoming_stay to {{cross_province.owner}} using (true);
create policy writer_all on cross_province.incoming_stay to {{cross_province.writer}} using (true);
create policy those_concerned_read on cross_province.incoming_stay for select to {{cross_province.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'institution' then institution = nullif(current_setting('yibao.institution', true), '')
    when 'staff' then pool = nullif(current_setting('yibao.pool', true), '')
    else false
  end
);
alter table cross_province.stay_notice enable row level security, force row level security;
create policy owner_all on cross_province.stay_notice to {{cross_province.owner}} using (true);
create policy writer_all on cross_province.stay_notice to {{cross_province.writer}} using (true);
-- Who sees a stay sees its notices: the inner query is itself under the policy above.
create policy with_stay on cross_province.stay_notice for select to {{cross_province.reader}} using (
  exists (select from cross_province.incoming_stay s where s.stay_id = stay_notice.stay_id)
);
grant select on cross_province.stay_elsewhere, cross_province.incoming_stay, cross_province.stay_notice
  to {{cross_province.reader}};
grant update (care_type, department, diagnoses, admitted_at, discharged_at, discharge_way, state, changed_at)
  on cross_province.stay_elsewhere to {{cross_province.writer}};
grant update (care_type, department, diagnoses, admitted_at, discharged_at, discharge_way, state, changed_at)
  on cross_province.incoming_stay to {{cross_province.writer}};
grant update (state, attempts, next_at, last_code, rejection, answered_at) on cross_province.stay_notice
  to {{cross_province.writer}};
