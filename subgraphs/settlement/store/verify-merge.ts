/** The entries that move what the account of a merged record held. */
export const MERGED_POSTINGS = `
  select m.group_id, v.insured_id, v.account, v.amount from settlement.merged_account m
  cross join lateral (values
    (m.insured_id, 'personal:' || m.insured_id || ':' || m.kind, -m.amount),
    (m.into_id, 'personal:' || m.into_id || ':' || m.kind, m.amount)
  ) v (insured_id, account, amount)`

/** What records that were merged gave to the counters of others, in the form of what settlements consumed. */
export const MERGED_COUNTED = `
  select m.into_id, m.pool, m.insurance_type, jsonb_build_object(m.name || '@' || m.period, m.amount::text)
  from settlement.merged_counter m`

/** Questions to what was merged; asked with those of `verify-tables.ts`. */
export const MERGE_CHECKS = [
  {
    // Once everything has moved, what was given of a counter is what it holds, and no account holds anything.
    table: 'settlement.merged_counter',
    text: `select coalesce(k.insured_id, m.insured_id) || ' ' || coalesce(k.key, m.key) as row,
        'gave ' || coalesce(m.amount, 0) || ', the counter holds ' || coalesce(k.amount, 0) as what
      from (
        select c.insured_id, c.pool || ' ' || c.insurance_type || ' ' || c.name || '@' || c.period as key, c.amount
        from settlement.counter c join settlement.person_alias a on a.insured_id = c.insured_id
        join settlement.person p on p.insured_id = a.insured_id and p.version = a.seen_version
      ) k
      full join (
        select m.insured_id, m.pool || ' ' || m.insurance_type || ' ' || m.name || '@' || m.period as key,
          sum(m.amount) as amount
        from settlement.merged_counter m join settlement.person_alias a on a.insured_id = m.insured_id
        join settlement.person p on p.insured_id = a.insured_id and p.version = a.seen_version
        group by 1, 2
      ) m on m.insured_id = k.insured_id and m.key = k.key
      where coalesce(k.amount, 0) <> coalesce(m.amount, 0)`,
  },
  {
    table: 'settlement.account',
    text: `select c.insured_id || ' ' || c.kind as row, 'holds ' || c.balance || ', though its record was merged' as what
      from settlement.account c join settlement.person_alias a on a.insured_id = c.insured_id
      join settlement.person p on p.insured_id = a.insured_id and p.version = a.seen_version
      where c.balance <> 0`,
  },
] as const
