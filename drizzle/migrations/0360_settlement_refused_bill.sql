-- Bills of persons insured here that another province asked for and home refused for good: kept so that the person can claim
-- them by hand without writing them down again. The last refusal of a bill counts; one that is settled or claimed is kept by
-- nobody.
create table settlement.refused_bill (
  insured_id uuid not null,
  -- Of the institution in the other province.
  institution text not null,
  visit text not null,
  charge_batch text not null,
  -- The id both platforms know the refusal by.
  exchange uuid not null unique,
  province char(2) not null constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  -- Pool whose staff see it: that which covers the person on the last day, or did last; null when none ever did.
  pool text,
  -- The institution as its platform told of it, and the pool there under whose agreement the person was treated.
  name text not null,
  level text not null constraint level_is_known check (level in ('LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY')),
  place text not null,
  invoice text,
  begin_at timestamptz not null,
  end_at timestamptz not null,
  -- The rest of what was sent, without the credential: care type, diagnoses, lines as the catalogue there calls them, total.
  content jsonb not null,
  -- Why it was refused.
  rejection jsonb not null,
  refused_at timestamptz not null,
  primary key (insured_id, institution, visit, charge_batch)
);
create index refused_bill_of_pool on settlement.refused_bill (pool, exchange);
grant update (exchange, province, pool, name, level, place, invoice, begin_at, end_at, content, rejection, refused_at)
  on settlement.refused_bill to {{settlement.writer}};
alter table settlement.refused_bill enable row level security, force row level security;
create policy owner_all on settlement.refused_bill to {{settlement.owner}} using (true);
create policy writer_all on settlement.refused_bill to {{settlement.writer}} using (true);
grant select on settlement.refused_bill to {{settlement.reader}};
create policy those_concerned_read on settlement.refused_bill for select to {{settlement.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = nullif(current_setting('yibao.pool', true), '')
    else false
  end
);
create policy of_merged_records on settlement.refused_bill for select to {{settlement.reader}} using (
  current_setting('yibao.role', true) = 'person'
  and insured_id in (
    select a.insured_id from settlement.person_alias a
    where a.survivor_id = nullif(current_setting('yibao.insured', true), '')::uuid
  )
);
