/** The entries of premiums and what was given back of them, corrected credits and turns of a year, as their rows say. */
export const ACCOUNT_POSTINGS = `
  select c.group_id, c.insured_id, v.account, v.amount from settlement.credit_correction c
  cross join lateral (values
    ('personal:' || c.insured_id || ':CURRENT', -c.current), ('personal:' || c.insured_id || ':HISTORY', -c.history),
    ('receivable:contribution:' || c.pool, -(c.amount - c.current - c.history)),
    ('fund:' || c.pool || ':310:310200', c.amount)
  ) v (account, amount) where v.amount <> 0
  union all
  select p.group_id, p.insured_id, v.account, v.amount from settlement.premium p
  cross join lateral (values
    ('personal:' || p.insured_id || ':CURRENT', -p.current), ('personal:' || p.insured_id || ':HISTORY', -p.history),
    ('payable:contribution:' || p.pool, p.current + p.history)
  ) v (account, amount) where v.amount <> 0
  union all
  select r.group_id, p.insured_id, v.account, v.amount
  from settlement.premium_return r
  join settlement.premium p on p.insured_id = r.insured_id and p.premium_id = r.premium_id
  cross join lateral (values
    ('personal:' || p.insured_id || ':CURRENT', p.current), ('personal:' || p.insured_id || ':HISTORY', p.history),
    ('payable:contribution:' || p.pool, -p.current - p.history)
  ) v (account, amount) where v.amount <> 0
  union all
  select y.group_id, y.insured_id, v.account, v.amount from settlement.account_year y
  cross join lateral (values
    ('personal:' || y.insured_id || ':CURRENT', -y.carried),
    ('personal:' || y.insured_id || ':HISTORY', y.carried + y.interest),
    ('fund:' || y.pool || ':310:310200', -y.interest)
  ) v (account, amount) where v.amount <> 0`

/** What premiums that stand count against the promise of a binding, in the form of what settlements consumed. */
export const PREMIUMS_COUNTED = `
  select p.insured_id, p.account_pool, '310',
    jsonb_build_object('mutual-aid:' || p.beneficiary_id || '@' || p.year, (p.current + p.history)::text)
  from settlement.premium p
  where p.beneficiary_id <> p.insured_id and not exists (select from settlement.premium_return r
    where r.insured_id = p.insured_id and r.premium_id = p.premium_id)`
