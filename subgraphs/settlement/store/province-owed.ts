import { BORDER_DAY } from './ledger-border.ts'

/** Up to where entries are folded; 0 while the fold is that of another server. Begins a statement that uses `owed`. */
export const MARK = `with mark as materialized (
    select case when server = settlement.server_id() then below else 0 end as below from settlement.ledger_fold)`

/**
 * What pools owe other provinces, and what other provinces owe: the days that were folded and the entries that were not, of
 * one snapshot; what was carried forward from months that were put away has the number 0 and its days stay. Names from `…:` to before `…;`, so that the folded ones are found by their key.
 */
export const owed = (prefix: 'payable:province' | 'receivable:province', sign: '' | '-'): string => `
  select split_part(account, ':', 4) as province, (${sign}sum(amount))::bigint as used from (
    select account, amount from settlement.ledger_day
    where account >= '${prefix}:' collate "C" and account < '${prefix};' collate "C" and ((select below from mark) > 0 or day < ${BORDER_DAY})
    union all
    select account, amount from settlement.ledger_entry
    where tx >= (select greatest(below, 1) from mark) and starts_with(account, '${prefix}:')) one
  group by 1`
