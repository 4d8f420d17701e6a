-- A bill of thousands of lines is long: what a list shows of it stands beside it, so that the bill is read only to be
-- settled or when its lines are asked for.
alter table settlement.online_order add column care_type text, add column line_count integer;
update settlement.online_order set care_type = bill ->> 'careType', line_count = jsonb_array_length(bill -> 'lines');
alter table settlement.online_order alter column care_type set not null, alter column line_count set not null;
