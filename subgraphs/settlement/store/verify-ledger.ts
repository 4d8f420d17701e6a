import { byDay } from './fold-ledger.ts'
import { BORDER, BORDER_DAY } from './ledger-border.ts'

/** What was carried forward of each account, beside what the days up to the border say; only where they differ. */
export const CARRIED_APART = `
  select coalesce(d.account, e.account) as account, coalesce(e.amount, 0) as carried, coalesce(d.amount, 0) as days
  from (select account, sum(amount) as amount from settlement.ledger_day where day < ${BORDER_DAY} group by 1) d
  full join (
    select account collate "C" as account, sum(amount) as amount from settlement.ledger_entry
    where group_id = ${BORDER} group by 1
  ) e on e.account = d.account
  where coalesce(e.amount, 0) <> coalesce(d.amount, 0)`

/** Questions to the folded totals of the ledger, and to what was put away; asked with those of `verify-tables.ts`. */
export const LEDGER_CHECKS = [
  {
    // A fold of another server is not used for anything, until the next one begins anew.
    table: 'settlement.ledger_day',
    text: `select coalesce(d.account, e.account) || ' ' || coalesce(d.day, e.day) || ' ' || coalesce(d.pool, e.pool) as row,
        'holds ' || coalesce(d.amount, 0) || ', the entries folded add up to ' || coalesce(e.amount, 0) as what
      from (
        select d.* from settlement.ledger_day d, settlement.ledger_fold f
        where f.server = settlement.server_id() and d.day >= ${BORDER_DAY}
      ) d
      full join (${byDay(
        'e.tx > 0 and e.tx < (select f.below from settlement.ledger_fold f where f.server = settlement.server_id())',
      )}) e on e.account = d.account and e.pool = d.pool and e.day = d.day
      where coalesce(d.amount, 0) <> coalesce(e.amount, 0)`,
  },
  {
    // What was carried forward is what every account took and gave before, day by day.
    table: 'settlement.ledger_entry',
    text: `select ${BORDER} || ' ' || account as row, 'carries forward ' || carried || ', the days before add up to ' || days as what
      from (${CARRIED_APART}) apart where exists (select from settlement.ledger_archive)`,
  },
  {
    // Whatever was posted is after the border, and only what was carried forward stands on it and is folded already.
    table: 'settlement.ledger_entry',
    text: `select group_id || ' ' || account as row, 'stands where the ledger was put away' as what
      from settlement.ledger_entry where group_id < ${BORDER}
      union all
      select group_id || ' ' || account, 'says that it was carried forward' from settlement.ledger_entry
      where tx = 0 and group_id <> ${BORDER}
      union all
      select group_id || ' ' || account, 'was not carried forward' from settlement.ledger_entry
      where tx <> 0 and group_id = ${BORDER}`,
  },
  {
    table: 'settlement.ledger_archive',
    text: `select month::text as row, 'comes after ' || before as what
      from (select month, lag(month) over (order by month) as before from settlement.ledger_archive) a
      where month <> before + interval '1 month'
      union all
      select month::text, 'says that ' || carried || ' were carried forward, they are ' || number
      from (select month, carried from settlement.ledger_archive order by month desc limit 1) a,
        (select count(*) as number from settlement.ledger_entry where group_id = ${BORDER}) e
      where carried <> number`,
  },
] as const
