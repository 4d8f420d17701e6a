import type { Database } from '@yibao/drizzle/connect'

/**
 * Entries by account, pool and day. The pool a posting was made for is the one that the account's name says or that of
 * another account of the group; only where none does, the settlement is looked up. A group is written by one transaction,
 * so it is here whole.
 */
export const byDay = (condition: string): string => `
  select account, coalesce(pool,
      (select s.pool from settlement.settlement s where s.id = g.group_id limit 1), '') as pool,
    settlement.id_day(group_id) as day, sum(amount)::bigint as amount
  from (
    select e.group_id, e.account collate "C" as account, e.amount,
      max(case when starts_with(e.account, 'fund:') or starts_with(e.account, 'opening:')
          or starts_with(e.account, 'transit:') or starts_with(e.account, 'bank:')
          or starts_with(e.account, 'due:') or starts_with(e.account, 'claim:') then split_part(e.account, ':', 2)
        when starts_with(e.account, 'payable:contribution:')
          or starts_with(e.account, 'receivable:contribution:')
          or starts_with(e.account, 'receivable:province:') then split_part(e.account, ':', 3)
        when starts_with(e.account, 'deposit:') then split_part(e.account, ':', 4) end) over (partition by e.group_id) as pool
    from settlement.ledger_entry e where ${condition}) g
  group by 1, 2, 3`

// The rows are read by the snapshot whose horizon bounds them: every transaction below it has ended, so what it wrote is
// seen here or was rolled back. A day that was folded before takes what came late. What was carried forward has the number
// 0: its days were folded when it was posted, and stay.
const FOLD = `
  with horizon as materialized (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as below),
  fresh as (${byDay('e.tx >= greatest($1::bigint, 1) and e.tx < (select below from horizon)')}),
  folded as (
    insert into settlement.ledger_day as d (account, pool, day, amount)
    select account, pool, day, amount from fresh
    on conflict (account, pool, day) do update set amount = d.amount + excluded.amount
    returning 1),
  moved as (
    update settlement.ledger_fold f set below = h.below from horizon h where f.below < h.below)
  select count(*)::int as days from folded`

const HOLD = 'select server = settlement.server_id() as same, below from settlement.ledger_fold for update'

/**
 * Folds into days what was posted since the last fold, each entry exactly once; returns how many days of accounts
 * changed. Several may try at once: one works, the next goes on from where it came.
 */
export async function foldEntries(db: Database): Promise<number> {
  return db.hot.begin(async (tx) => {
    // The fold must read by a snapshot taken after the row is held, hence two statements.
    let [state] = await tx.unsafe<{ same: boolean; below: bigint }>(HOLD)
    if (state?.same !== true) {
      await tx.unsafe('select settlement.adopt_ledger()')
      ;[state] = await tx.unsafe<{ same: boolean; below: bigint }>(HOLD)
    }
    const [row] = await tx.unsafe<{ days: number }>(FOLD, [state?.below])
    return row?.days ?? 0
  })
}
