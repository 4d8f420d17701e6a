-- Institutions sends the events of settlements on to the systems of partners.
grant select on settlement.events_v1 to {{institutions.writer}};
