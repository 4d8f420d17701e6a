import type { ReadTx } from '@yibao/drizzle/connect'
import { fenOf, type Fen } from '@yibao/schema/money'
import { sql, type SQL } from 'drizzle-orm'
import type { NameRange } from '../domain/ledger-account.ts'
import type { Moment } from '../domain/ledger-moment.ts'

/** What one account held. */
export interface Balance {
  readonly account: string
  readonly balance: Fen
}

interface Row extends Record<string, unknown> {
  readonly account: string
  readonly balance: string
}

/**
 * The balances of the first accounts of a range by name, as far as the reader may see them: now, or as of a moment. A
 * balance is what days were folded and the entries that are not, all of one snapshot, so it is at any time the sum of
 * the entries. The folded page is cut at `limit` before the rest is added; what comes after it by name is then cut again.
 */
export async function listBalances(
  tx: ReadTx,
  { from, before }: NameRange,
  { moment, limit }: { readonly moment: Moment | null; readonly limit: number },
): Promise<Balance[]> {
  const within = (name: SQL) => sql`${name} >= ${from} collate "C" and ${name} < ${before} collate "C"`
  const [folded, unfolded] = moment === null ? NOW : asOf(moment)
  const { rows } = await tx.execute<Row>(sql`
    with fold as materialized (
      select case when server = settlement.server_id() then below else 0 end as below from settlement.ledger_fold),
    days as materialized (
      select d.account, sum(d.amount) as amount from settlement.ledger_day d
      where (select below from fold) > 0 and ${within(sql`d.account`)} and ${folded}
      group by d.account order by d.account limit ${limit}),
    entries as materialized (
      select e.account collate "C" as account, sum(e.amount) as amount
      from (${unfolded}) e
      where ${within(sql`e.account`)}
      group by 1 order by 1 limit ${limit})
    select account, sum(amount)::bigint::text as balance
    from (select * from days union all select * from entries) b
    group by account order by account limit ${limit}`)
  return rows.map(({ account, balance }) => ({ account, balance: fenOf(BigInt(balance)) }))
}

/** Entries no fold has taken yet; few, found by the index on `tx`. */
const UNFOLDED = sql`select account, amount from settlement.ledger_entry where tx >= (select below from fold)`

const NOW = [sql`true`, UNFOLDED] as const

/** Whole days before the day of the moment; of the entries those of earlier days that are not folded, and of the day. */
const asOf = ({ day, floor, below }: Moment) =>
  [
    sql`d.day < ${day.toString()}::date`,
    sql`${UNFOLDED} and group_id < ${floor}::uuid
      union all
      select account, amount from settlement.ledger_entry where group_id >= ${floor}::uuid and group_id < ${below}::uuid`,
  ] as const
