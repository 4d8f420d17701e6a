-- Which own codes of institutions stand in bills and in uploaded fee lines, for the list of codes without a mapping.

-- Uploads come in order of time, so an index of ranges finds the latest at no cost worth naming for who uploads.
create index visit_line_by_upload on settlement.visit_line using brin (uploaded_at) with (autosummarize = on);

create view settlement.own_code_use_v1 as
select l.settlement_id, s.id as same_settlement_id, s.institution, l.own_code, l.code, s.settled_at
from settlement.settlement_line l join settlement.settlement s on s.id = l.settlement_id and s.insured_id = l.insured_id;
comment on view settlement.own_code_use_v1 is
  'Own code and national code of each settled line, with its institution. Whoever reads asks for a range of both ids, so '
  'that only the months concerned are looked at: the two are equal, which the planner does not carry over to a range.';

create view settlement.own_code_upload_v1 as
select institution, sent ->> 'ownCode' as own_code, sent ->> 'code' as code, uploaded_at from settlement.visit_line;
comment on view settlement.own_code_upload_v1 is
  'Own code and national code of each fee line uploaded to a visit. Whoever reads asks for a range of uploaded_at.';

grant usage on schema settlement to {{institutions.writer}};
grant select on settlement.own_code_use_v1, settlement.own_code_upload_v1 to {{institutions.writer}};
