-- Where a person means to be treated, and by whom: said for the agencies, and never a bound of the filing.
alter table cross_province.filing
  add column hospital text,
  add column department text,
  add column doctor text;
