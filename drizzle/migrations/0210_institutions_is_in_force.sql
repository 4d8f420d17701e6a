-- Institutions: the row rules of insured ask whether an agreement of an institution is in force. A function and no view,
-- for it tells yes or no of one institution, and a reader's role reads no table or view past row rules.
create function institutions.is_in_force(asked text, day date) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
  select exists (
    select from institutions.designation_v1 d
    where d.institution = asked::bpchar and d.status = 'ACTIVE' and d.begin_on <= day
      and (d.end_on is null or d.end_on >= day))
$$;
revoke execute on function institutions.is_in_force(text, date) from public;
grant usage on schema institutions to {{insured.owner}}, {{insured.reader}};
grant execute on function institutions.is_in_force(text, date) to {{insured.owner}}, {{insured.reader}};
