import { byDay } from './fold-ledger.ts'

/** Questions to the folded totals of the ledger; asked with those of `verify-tables.ts`. */
export const LEDGER_CHECKS = [
  {
    // A fold of another server is not used for anything, until the next one begins anew.
    table: 'settlement.ledger_day',
    text: `select coalesce(d.account, e.account) || ' ' || coalesce(d.day, e.day) || ' ' || coalesce(d.pool, e.pool) as row,
        'holds ' || coalesce(d.amount, 0) || ', the entries folded add up to ' || coalesce(e.amount, 0) as what
      from (
        select d.* from settlement.ledger_day d, settlement.ledger_fold f where f.server = settlement.server_id()
      ) d
      full join (${byDay(
        'e.tx < (select f.below from settlement.ledger_fold f where f.server = settlement.server_id())',
      )}) e on e.account = d.account and e.pool = d.pool and e.day = d.day
      where coalesce(d.amount, 0) <> coalesce(e.amount, 0)`,
  },
] as const
