-- Settlements of which another province's platform keeps the other side: the person is insured here and treated there,
-- or the other way round. The platform is named by the first two digits of its divisions.
alter table settlement.settlement add column other_province char(2)
  constraint other_province_has_its_form check (other_province ~ '^[1-8][0-9]$');
comment on column settlement.settlement.other_province is
  'Null for a bill both sides of which are on this platform.';
