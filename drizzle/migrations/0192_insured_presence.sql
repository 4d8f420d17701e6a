-- Which person showed which institution a credential on which day: whoever refers somebody has seen them.

create view insured.presence_v1 as select insured_id, institution, day from insured.presence;
comment on view insured.presence_v1 is 'One row per person, institution and day on which a credential was shown there.';
grant select on insured.presence_v1 to {{cross_province.writer}};
