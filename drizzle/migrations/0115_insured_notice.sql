-- Insured makes messages of what any subgraph asks for, so its writer reads the events of all of them. Those of settlement
-- and cross-province it could read before.
set local role {{institutions.owner}};
grant usage on schema institutions to {{insured.writer}};
grant select on institutions.events_v1 to {{insured.writer}};
set local role {{settlement.owner}};
grant usage on schema settlement to {{insured.writer}};
grant select on settlement.events_v1 to {{insured.writer}};
set local role {{cross_province.owner}};
grant usage on schema cross_province to {{insured.writer}};
grant select on cross_province.events_v1 to {{insured.writer}};
