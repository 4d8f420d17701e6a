-- Which practitioners' care the fund does not pay for, and when, as settlement holds it in memory: one number says
-- whether its copy is still what is in force.

-- One row. Whoever suspends or resumes a practitioner adds one in the same transaction.
create table institutions.suspension_version (
  id boolean primary key default true,
  version bigint not null,
  constraint there_is_one check (id)
);
insert into institutions.suspension_version (version) values (1);
revoke insert on institutions.suspension_version from {{institutions.writer}};
grant update on institutions.suspension_version to {{institutions.writer}};
create index practitioner_event_of_suspension on institutions.practitioner_event (code, at) where action <> 'POINTS';

create view institutions.suspension_version_v1 as select version from institutions.suspension_version;
create view institutions.practitioner_suspension_v1 as
select code, at as since, until
from (
  select code, action, at, lead(at) over (partition by code order by at, id) as until
  from institutions.practitioner_event where action <> 'POINTS'
) as change
where action = 'SUSPENDED';
comment on view institutions.practitioner_suspension_v1 is
  'From since, and before until, the fund pays for nothing the practitioner with this code does, wherever they work; until '
  'is null while it lasts. suspension_version_v1 is another number after every change.';
grant select on institutions.suspension_version_v1, institutions.practitioner_suspension_v1 to {{settlement.writer}};
