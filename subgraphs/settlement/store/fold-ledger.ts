import type { Database } from '@yibao/drizzle/connect'

/**
 * The pool a posting was made for: the one in the account's name, else that of the settlement, else the one another
 * account of the group names.
 */
export const POOL_OF_ENTRY = `coalesce(
  case when e.account like 'fund:%' or e.account like 'opening:%' then split_part(e.account, ':', 2) end,
  (select s.pool from settlement.settlement s where s.id = e.group_id limit 1),
  (select split_part(o.account, ':', 2) from settlement.ledger_entry o
    where o.group_id = e.group_id and (o.account like 'fund:%' or o.account like 'opening:%') order by o.account limit 1),
  '')`

// The rows are read by the snapshot whose horizon bounds them: every transaction below it has ended, so what it wrote is
// seen here or was rolled back. A day that was folded before takes what came late.
const FOLD = `
  with horizon as materialized (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as below),
  fresh as (
    select e.account collate "C" as account, ${POOL_OF_ENTRY} as pool, settlement.id_day(e.group_id) as day,
      sum(e.amount)::bigint as amount
    from settlement.ledger_entry e
    where e.tx >= (select below from settlement.ledger_fold) and e.tx < (select below from horizon)
    group by 1, 2, 3),
  folded as (
    insert into settlement.ledger_day as d (account, pool, day, amount)
    select account, pool, day, amount from fresh
    on conflict (account, pool, day) do update set amount = d.amount + excluded.amount
    returning 1),
  moved as (
    update settlement.ledger_fold f set below = h.below from horizon h where f.below < h.below)
  select count(*)::int as days from folded`

/**
 * Folds into days what was posted since the last fold, each entry exactly once; returns how many days of accounts
 * changed. Several may try at once: one works, the next goes on from where it came.
 */
export async function foldEntries(db: Database): Promise<number> {
  return db.hot.begin(async (tx) => {
    // The fold must read by a snapshot taken after the row is held, hence two statements.
    const [state] = await tx.unsafe<{ same: boolean }>(
      'select server = settlement.server_id() as same from settlement.ledger_fold for update',
    )
    if (state?.same !== true) await tx.unsafe('select settlement.adopt_ledger()')
    const [row] = await tx.unsafe<{ days: number }>(FOLD)
    return row?.days ?? 0
  })
}
