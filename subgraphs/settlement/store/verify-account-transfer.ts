/** The entries by which an account goes from the books of one pool into those of another. */
export const TRANSFERRED_POSTINGS = `
  select v.group_id, m.insured_id, v.account, v.amount from settlement.transferred_account m
  cross join lateral (values
    (m.group_id, 'personal:' || m.insured_id || ':' || m.kind, -m.amount),
    (m.group_id, 'due:' || m.from_pool || ':' || m.pool, m.amount),
    (m.into_group_id, 'claim:' || m.pool || ':' || m.from_pool, -m.amount),
    (m.into_group_id, 'personal:' || m.insured_id || ':' || m.kind, m.amount)
  ) v (group_id, account, amount) where m.amount <> 0`

/** What pools owe each other for accounts that went over. */
export const TRANSFERRED_BETWEEN = `
  select 'due:' || from_pool || ':' || pool as account, amount from settlement.transferred_account
  union all
  select 'claim:' || pool || ':' || from_pool, -amount from settlement.transferred_account`

/** The pool that keeps an account: the last it went to, else the one it was opened in. Within a query of openings `o`. */
export const KEPT_BY = `coalesce((
  select m.pool from settlement.transferred_account m where m.insured_id = o.insured_id and m.kind = o.kind
  order by m.into_group_id desc limit 1), o.pool)`
