-- Persons who are treated in other provinces: how many credentials of nobody the platform of a province has asked for. The
-- institutions of that province are counted besides, each on its own.

create table insured.province_unknown (
  -- First two digits of its divisions.
  province char(2) not null constraint province_has_its_form check (province ~ '^[1-8][0-9]$'),
  day date not null,
  count integer not null constraint count_is_not_negative check (count >= 0),
  primary key (province, day)
);

alter table insured.province_unknown enable row level security, force row level security;
create policy owner_all on insured.province_unknown to {{insured.owner}} using (true);
create policy writer_all on insured.province_unknown to {{insured.writer}} using (true);
grant update (count) on insured.province_unknown to {{insured.writer}};
