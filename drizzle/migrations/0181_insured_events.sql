-- Institutions sends on to the systems of partners that there is a message for them.
grant select on insured.events_v1 to {{institutions.writer}};
