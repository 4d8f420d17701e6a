import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { provinceBudget } from '@yibao/drizzle/settlement-prefund'
import type { Fen } from '@yibao/schema/money'
import { asc, eq, sql } from 'drizzle-orm'
import { MARK, owed } from './province-owed.ts'

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

/** Deductions `d` that are given back by rule, since their bill was reversed: until then the room they made is kept for them. */
const TO_BE_GIVEN_BACK = `d.withdraws is null
  and not exists (select from settlement.deduction w where w.withdraws = d.id)`

// The row of the province first, as whoever counts anew takes them, lest each of the two waits for the other.
const GIVE = `
  with row as materialized (select province from settlement.province_budget where province = $2::bpchar for update),
  gone as (
    update settlement.budget_taken t set given = true from row
    where t.exchange = $1::uuid and t.province = row.province and not t.given returning t.province, t.amount)
  update settlement.province_budget b set taken = b.taken - g.amount + coalesce((
    select sum(d.amount) from settlement.away_bill a
    join settlement.deduction d on d.settlement_id = a.settlement_id and d.insured_id = a.insured_id
    where a.exchange = $1::uuid and ${TO_BE_GIVEN_BACK}), 0)
  from gone g where b.province = g.province`

/** Gives back what a bill took that is not committed after all, or was reversed; once, and nothing where nothing was taken. */
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
 * Counts what a province owes again when a deduction is withdrawn, if the limit has room for it; else answers the limit, and nothing is
 * counted.
 */
export async function countOwedAgain(tx: Tx, { province, amount }: Omit<Taking, 'exchange'>): Promise<NoRoom | null> {
  const { rowCount } = await tx.execute(sql`
    update settlement.province_budget set taken = taken + ${String(amount)}::bigint
    where province = ${province}::bpchar and wanted is not null
      and (amount is null or taken + ${String(amount)}::bigint <= amount)`)
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

/** The provinces whose limit is to be counted: those in force, and those every process has come to know. */
export async function listCountable(hot: Statements): Promise<string[]> {
  const rows = await hot.unsafe<{ province: string }>(
    `select province::text as province from settlement.province_budget b
     where wanted is not null and (amount is not null
       or counting_since < now() - interval '${EVERYBODY_KNOWS}' and not exists (
         select from settlement.away_bill a where a.province = b.province and a.kind = 'SETTLE' and a.state = 'COMMITTING'
           and not exists (select from settlement.budget_taken t where t.exchange = a.exchange)))
     order by 1`,
  )
  return rows.map((one) => one.province)
}

/** What is over, whoever died before it was given back: bills that came to nothing, and those that were reversed. */
const SETTLE_UP = `
  update settlement.budget_taken t set given = true
  where t.province = $1::bpchar and not t.given and (
    not exists (select from settlement.away_bill a where a.exchange = t.exchange
      and a.state not in ('REFUSED', 'ABORTED'))
    or exists (select from settlement.away_bill r where r.of = t.exchange and r.state = 'COMMITTED'))`

/**
 * What a province owes, what is being committed, and what deductions of reversed bills give back: whatever was taken stands in
 * one of the three.
 */
const EXPOSURE = `
  coalesce((select o.used from (${owed('receivable:province', '-')}) o where o.province = $1::text), 0)
  + coalesce((select sum(t.amount) from settlement.budget_taken t
    left join settlement.away_bill a on a.exchange = t.exchange
    where t.province = $1::bpchar and not t.given and a.state is distinct from 'COMMITTED'), 0)
  + coalesce((select sum(d.amount) from settlement.deduction d
    join settlement.reversal v on v.settlement_id = d.settlement_id and v.insured_id = d.insured_id
    where d.other_province = $1::bpchar and ${TO_BE_GIVEN_BACK}), 0)`

/**
 * Counts anew what a province owes and what is being committed, and puts a new limit in force. Whoever takes meanwhile
 * waits for it, and it sees all that was taken before: its statements begin when it holds the row.
 */
export function countBudget(
  hot: { begin<T>(work: (tx: Statements) => Promise<T>): Promise<T> },
  province: string,
): Promise<void> {
  return hot.begin(async (tx) => {
    await tx.unsafe('select from settlement.province_budget where province = $1::bpchar for update', [province])
    await tx.unsafe(SETTLE_UP, [province])
    await tx.unsafe(
      `${MARK} update settlement.province_budget set amount = wanted, taken = ${EXPOSURE}
       where province = $1::bpchar and wanted is not null`,
      [province],
    )
  })
}
