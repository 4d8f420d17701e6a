import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { provinceBudget } from '@yibao/drizzle/settlement-prefund'
import type { Fen } from '@yibao/schema/money'
import { asc, eq, sql } from 'drizzle-orm'
import { COUNT, COUNT_BEFORE, COUNTED_OTHERWISE } from './province-exposure.ts'

/** What is taken of a limit for one bill. */
export interface Taking {
  /** Province that will owe it. */
  readonly province: string
  readonly amount: Fen
  readonly exchange: string
}

/** How long a process may go by what it has read; twice and more of it passes before a new limit is in force. */
const READ_MS = 1000
const EVERYBODY_KNOWS = '5 seconds'

interface Known {
  readonly provinces: ReadonlySet<string>
  readonly readAt: number
}
const known = new WeakMap<Statements, Promise<Known>>()

/** The provinces that have a limit, read again once a second: where there is none a bill costs no statement. */
async function limited(hot: Statements): Promise<ReadonlySet<string>> {
  const before = await known.get(hot)?.catch(() => null)
  if (before && performance.now() - before.readAt < READ_MS) return before.provinces
  const read = readLimited(hot)
  known.set(hot, read)
  return (await read).provinces
}

async function readLimited(hot: Statements): Promise<Known> {
  const readAt = performance.now()
  const rows = await hot.unsafe<{ province: string }>(
    `select province::text as province from settlement.province_budget where wanted is not null`,
  )
  return { provinces: new Set(rows.map((one) => one.province)), readAt }
}

// One row that all bills of a province go through, guarded by itself. Measured with 32 at once by three processes on two
// busy cores, the disk not waited for: 3,500 a second, 70 times what the exchange has to bear. Slices lent to processes
// would be quicker still, and would have to be got back from those that died.
const TAKE = `
  with before as materialized (select given from settlement.budget_taken where exchange = $1::uuid),
  row as (
    update settlement.province_budget set taken = taken + $3::text::bigint
    where province = $2::bpchar and wanted is not null and not exists (select from before)
      and (amount is null or taken + $3::text::bigint <= amount)
    returning province),
  kept as (
    insert into settlement.budget_taken (exchange, province, amount)
    select $1::uuid, $2::bpchar, $3::text::bigint from row)
  select exists (select from row) or exists (select from before where not given)
    or not exists (select from settlement.province_budget where province = $2::bpchar and wanted is not null) as taken`

/**
 * Takes what a bill costs of what its province may owe here, before the commit is sent that makes the province owe it.
 * False when that would be more than the contract's hard limit; asked again for the same bill it answers the same.
 * Without a limit, which is the rule, nothing is asked of the database.
 */
export async function takeBudget(hot: Statements, { province, amount, exchange }: Taking): Promise<boolean> {
  if (amount <= 0n || !(await limited(hot)).has(province)) return true
  for (;;) {
    try {
      const [row] = await hot.unsafe<{ taken: boolean }>(TAKE, [exchange, province, amount.toString()])
      return row?.taken === true
    } catch (error) {
      // The same bill was quicker: what stands now is the answer.
      if (!(error instanceof Error && 'code' in error && error.code === '23505')) throw error
    }
  }
}

// The row of the province first, as whoever counts anew takes them, lest each of the two waits for the other.
const GIVE = `
  with row as materialized (select province from settlement.province_budget where province = $2::bpchar for update),
  gone as (
    update settlement.budget_taken t set given = true from row
    where t.exchange = $1::uuid and t.province = row.province and not t.given returning t.province, t.amount)
  update settlement.province_budget b set taken = b.taken - g.amount from gone g where b.province = g.province`

/** Gives back what is counted of a bill that is not committed after all; once, and nothing where nothing was taken. */
export async function giveBudget(
  hot: Statements,
  { province, exchange }: Pick<Taking, 'province' | 'exchange'>,
): Promise<void> {
  if ((await limited(hot)).has(province)) await hot.unsafe(GIVE, [exchange, province])
}

/** The limit in force of a province that has no room for more. */
export interface NoRoom {
  readonly limit: Fen
  /** What of it is taken. */
  readonly taken: Fen
}

/**
 * Takes what a province owes again for a bill, of which a deduction is withdrawn, if the limit has room for it; else answers the
 * limit, and nothing is taken.
 */
export async function takeBudgetAgain(tx: Tx, { province, amount, exchange }: Taking): Promise<NoRoom | null> {
  const { rowCount } = await tx.execute(sql`
    with row as (
      update settlement.province_budget set taken = taken + ${String(amount)}::bigint
      where province = ${province}::bpchar and wanted is not null
        and (amount is null or taken + ${String(amount)}::bigint <= amount)
      returning province)
    insert into settlement.budget_taken as t (exchange, province, amount)
    select ${exchange}::uuid, province, ${String(amount)}::bigint from row
    on conflict (exchange) do update
      set amount = excluded.amount + case when t.given then 0 else t.amount end, given = false`)
  if (rowCount === 1) return null
  const [budget] = await tx.select().from(provinceBudget).where(eq(provinceBudget.province, province))
  if (budget?.wanted == null || budget.amount === null) return null
  return { limit: budget.amount, taken: budget.taken }
}

export type Budget = typeof provinceBudget.$inferSelect

/** What was set, of every province. */
export const listBudgets = async (db: ReadTx): Promise<Budget[]> =>
  db.select().from(provinceBudget).orderBy(asc(provinceBudget.province))

type Setting = Pick<Budget, 'province' | 'wanted' | 'paperNumber' | 'setBy' | 'setAt'>

/**
 * Sets the limit of a contract, or ends it. A limit that is changed is in force at once; a new one when every process
 * counts what is taken and what was owed before is counted.
 */
export async function setBudget(tx: Tx, { province, wanted, paperNumber, setBy, setAt }: Setting): Promise<void> {
  const amount = wanted === null ? null : String(wanted)
  await tx.execute(sql`
    insert into settlement.province_budget as b (province, wanted, paper_number, set_by, set_at)
    values (${province}, ${amount}::bigint, ${paperNumber}, ${setBy}, ${setAt.toString()}::timestamptz)
    on conflict (province) do update set wanted = excluded.wanted, paper_number = excluded.paper_number,
      set_by = excluded.set_by, set_at = excluded.set_at,
      amount = case when b.amount is null then null else excluded.wanted end,
      counting_since = case when b.wanted is null then now() else b.counting_since end`)
}

/** How long what was counted stands; what is too high meanwhile is room nobody has. */
const COUNTED_FOR = '5 minutes'

/** The provinces whose limit is to be counted: those in force, of which the count is old or `isAll` are asked for, and new ones that every process has come to know. */
export async function listCountable(hot: Statements, isAll = true): Promise<string[]> {
  const rows = await hot.unsafe<{ province: string }>(
    `select province::text as province from settlement.province_budget b
     where wanted is not null and case
       when amount is not null then $1::boolean or counted_at is null or counted_at < now() - interval '${COUNTED_FOR}'
       else counting_since < now() - interval '${EVERYBODY_KNOWS}' end
     order by 1`,
    [isAll],
  )
  return rows.map((one) => one.province)
}

/** What home is to commit, by its own word, and was not counted yet when there was no limit to know of. */
export interface Uncounted {
  readonly exchange: string
  readonly answer: unknown
}

export const listUncounted = (hot: Statements, province: string): Promise<Uncounted[]> =>
  hot.unsafe<Uncounted>(
    `select a.exchange::text as exchange, a.answer from settlement.away_bill a
     join settlement.province_budget b on b.province = a.province and b.wanted is not null and b.amount is null
     where a.province = $1::bpchar and a.kind = 'SETTLE' and a.state = 'COMMITTING'
       and not exists (select from settlement.budget_taken t where t.exchange = a.exchange)`,
    [province],
  )

/**
 * The province under a limit that owes for the bill of a pool's deduction, and of which too much is counted for that to be withdrawn;
 * null when there is none, or it is withdrawn.
 */
export async function findFullLimitOf(hot: Statements, deduction: string, pool: string): Promise<string | null> {
  const rows = await hot.unsafe<{ province: string }>(
    `select d.other_province::text as province from settlement.deduction d
     join settlement.province_budget b on b.province = d.other_province and b.taken + d.amount > b.amount
     where d.id = $1::uuid and d.pool = $2 and not exists (select from settlement.deduction w where w.withdraws = d.id)`,
    [deduction, pool],
  )
  return rows[0]?.province ?? null
}

type Holding = Statements & { begin<T>(work: (tx: Statements) => Promise<T>): Promise<T> }

const held = <T>(apart: Holding, province: string, work: (tx: Statements) => Promise<T>): Promise<T> =>
  apart.begin(async (tx) => {
    await tx.unsafe('select from settlement.province_budget where province = $1::bpchar for update', [province])
    return work(tx)
  })

/** Bills that are counted anew while their province is held. */
const AT_ONCE = 2000

const COUNTED = `
  update settlement.province_budget b set counted_at = now(), amount = wanted,
    taken = case when b.amount is not null then b.taken else coalesce((
      select sum(t.amount) from settlement.budget_taken t where t.province = b.province and not t.given), 0) end
  where b.province = $1::bpchar and b.wanted is not null`

/**
 * Counts anew what bills may still make a province owe, and puts a new limit in force. Whatever is counted otherwise is looked for
 * while nothing is held, which took 1.7 to 3.7 s of 100,000 bills on two busy cores. Then some of them at a time are counted while the row is held. Whoever takes meanwhile
 * waits for that, and what is counted then sees all that was taken before, for its statements begin when it holds the row.
 */
export async function countBudget(apart: Holding, province: string): Promise<void> {
  await apart.unsafe(COUNT_BEFORE, [province])
  const rows = await apart.unsafe<{ exchange: string }>(COUNTED_OTHERWISE, [province])
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = rows.slice(from, from + AT_ONCE).map((one) => one.exchange)
    await held(apart, province, (tx) => tx.unsafe(COUNT, [province, some]))
  }
  await held(apart, province, (tx) => tx.unsafe(COUNTED, [province]))
}

/** Counts a bill anew that was reversed: its reversal may give back less than the bill, where the pool reckons anew. */
export async function countReversed(
  apart: Holding,
  { province, exchange }: Pick<Taking, 'province' | 'exchange'>,
): Promise<void> {
  if ((await limited(apart)).has(province))
    await held(apart, province, (tx) => tx.unsafe(COUNT, [province, [exchange]]))
}
