-- Insured: which records of persons were merged into which, for who keeps something under a person's id.

create view insured.person_alias_v1 as
select insured_id, survivor_id from insured.person_alias;
comment on view insured.person_alias_v1 is
  'Records that were given up, each with the one that goes on today. What is kept under a record that was given up is the '
  'survivor''s: read it by the ids of both.';
grant select on insured.person_alias_v1 to {{settlement.writer}}, {{cross_province.writer}};
