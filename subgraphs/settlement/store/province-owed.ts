/** Up to where entries are folded; 0 while the fold is that of another server. Begins a statement that uses `owed`. */
export const MARK = `with mark as materialized (
    select case when server = settlement.server_id() then below else 0 end as below from settlement.ledger_fold)`

/**
 * What pools owe other provinces, and what other provinces owe: the days that were folded and the entries that were not, of
 * one snapshot. Names from `…:` to before `…;`, so that the folded ones are found by their key.
 */
export const owed = (prefix: 'payable:province' | 'receivable:province', sign: '' | '-'): string => `
  select split_part(account, ':', 4) as province, (${sign}sum(amount))::bigint as used from (
    select account, amount from settlement.ledger_day
    where account >= '${prefix}:' collate "C" and account < '${prefix};' collate "C" and (select below from mark) > 0
    union all
    select account, amount from settlement.ledger_entry
    where tx >= (select below from mark) and starts_with(account, '${prefix}:')) one
  group by 1`
