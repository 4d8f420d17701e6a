-- Institutions: the row rules of settlement ask whether an institution has an agreement with a pool. A function and no view,
-- as `is_in_force` is one.
create function institutions.is_designated(asked text, of_pool text) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
  select exists (
    select from institutions.designation_v1 d
    where d.institution = asked::bpchar and d.pool = of_pool::bpchar and d.status <> 'TERMINATED')
$$;
revoke execute on function institutions.is_designated(text, text) from public;
grant usage on schema institutions to {{settlement.owner}}, {{settlement.reader}}, {{settlement.writer}};
grant execute on function institutions.is_designated(text, text)
  to {{settlement.owner}}, {{settlement.reader}}, {{settlement.writer}};
