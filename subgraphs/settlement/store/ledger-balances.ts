import assert from 'node:assert/strict'
import type { ReadTx } from '@yibao/drizzle/connect'
import { fenOf, type Fen } from '@yibao/schema/money'
import { sql, type SQL } from 'drizzle-orm'
import { archivedMoment } from '../domain/ledger-archive.ts'
import type { NameRange } from '../domain/ledger-account.ts'
import type { Moment } from '../domain/ledger-moment.ts'
import { BORDER, BORDER_DAY } from './ledger-border.ts'

/** What one account held. */
export interface Balance {
  readonly account: string
  readonly balance: Fen
}

interface Asked {
  /** Null for now. */
  readonly moment: Moment | null
  readonly limit: number
}

interface Row extends Record<string, unknown> {
  readonly same: boolean
  readonly account: string | null
  readonly balance: string
}

const ROUNDS_MAX = 20

/** Up to where entries are folded; 0 while the fold is that of another server. */
const BELOW = sql`select case when server = settlement.server_id() then below else 0 end from settlement.ledger_fold`

/**
 * The balances of the first accounts of a range by name, as far as the reader may see them: now, or as of a moment. A
 * balance is the days that were folded and the entries that were not, of one snapshot, so it is at any time the sum of
 * the entries.
 *
 * The mark between the two is read before and given as a value, so that the planner sees how few entries lie above it;
 * otherwise it gets ready for a third of all and reads every settlement to know whose they are. When a fold comes in
 * between, the answer says so and is asked for again.
 */
export async function listBalances(tx: ReadTx, range: NameRange, asked: Asked): Promise<Balance[]> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const { rows: marks } = await tx.execute<{ below: string }>(sql`select (${BELOW})::text as below`)
    const { rows } = await tx.execute<Row>(statement(range, asked, marks[0]?.below ?? '0'))
    if (rows[0]?.same === true) {
      return rows.flatMap(({ account, balance }) =>
        account === null ? [] : [{ account, balance: fenOf(BigInt(balance)) }],
      )
    }
  }
  assert.fail('a fold takes longer than reading what it folds')
}

/** @throws NotAllowed ARCHIVED when the entries of the day of a moment were put away */
export async function refuseArchivedMoment(tx: ReadTx, moment: Moment | null): Promise<void> {
  if (moment === null) return
  const { rows } = await tx.execute<{ day: string }>(sql`
    select ${sql.raw(BORDER_DAY)}::text as day where ${moment.floor}::uuid < ${sql.raw(BORDER)}`)
  if (rows[0] !== undefined) throw archivedMoment('at', Temporal.PlainDate.from(rows[0].day))
}

/**
 * The folded page is cut at `limit` before the rest is added; what comes after it by name is cut again with the rest.
 */
function statement({ from, before }: NameRange, { moment, limit }: Asked, below: string): SQL {
  const within = (name: SQL) => sql`${name} >= ${from} collate "C" and ${name} < ${before} collate "C"`
  const unfolded = sql`select account, amount from settlement.ledger_entry where tx >= greatest(${below}::bigint, 1)`
  const [days, entries] = moment === null ? [sql`true`, unfolded] : asOf(moment, unfolded)
  return sql`
    with days as materialized (
      select d.account, sum(d.amount) as amount from settlement.ledger_day d
      where (${below}::bigint > 0 or d.day < ${sql.raw(BORDER_DAY)}) and ${within(sql`d.account`)} and ${days}
      group by d.account order by d.account limit ${limit}),
    entries as materialized (
      select e.account collate "C" as account, sum(e.amount) as amount
      from (${entries}) e
      where ${within(sql`e.account`)}
      group by 1 order by 1 limit ${limit}),
    balances as (
      select account, sum(amount)::bigint::text as balance
      from (select * from days union all select * from entries) all_of_them
      group by account order by account limit ${limit})
    select (${BELOW}) = ${below}::bigint as same, b.account, b.balance
    from (values (1)) as one (row) left join balances b on true order by b.account`
}

/**
 * Whole days before the day of the moment; of the entries those of earlier days that are not folded, and of the day. What
 * was carried forward from months that were put away has the number 0: their days say it already.
 */
const asOf = ({ day, floor, below }: Moment, unfolded: SQL) =>
  [
    sql`d.day < ${day.toString()}::date`,
    sql`${unfolded} and group_id < ${floor}::uuid
      union all
      select account, amount from settlement.ledger_entry where group_id >= ${floor}::uuid and group_id < ${below}::uuid
        and tx > 0`,
  ] as const
