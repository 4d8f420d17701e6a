-- Insured: employers are told once when the declaration of a month is due, and once when it is overdue.
create table insured.declaration_notice (
  employer char(18) not null,
  pool char(6) not null,
  insurance_type text not null,
  month char(7) not null,
  step text not null,
  at timestamptz not null,
  primary key (employer, pool, insurance_type, month, step),
  constraint step_is_known check (step in ('DUE', 'OVERDUE'))
);
alter table insured.declaration_notice enable row level security, force row level security;
create policy owner_all on insured.declaration_notice to {{insured.owner}} using (true);
create policy writer_all on insured.declaration_notice to {{insured.writer}} using (true);
