-- Institutions sends events that concern employers and channels on to their systems.
grant select on insured.events_v1 to {{institutions.writer}};
