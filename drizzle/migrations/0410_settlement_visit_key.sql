-- The number of a visit as it is compared: whoever copies it by hand writes other letters, blanks and hyphens than its institution.
create function settlement.visit_key(written text) returns text
language sql immutable parallel safe strict
return coalesce(nullif(upper(regexp_replace(written, '[^0-9A-Za-z]', '', 'g')), ''), upper(written));
revoke all on function settlement.visit_key(text) from public;
grant execute on function settlement.visit_key(text) to {{settlement.writer}}, {{settlement.reader}};
