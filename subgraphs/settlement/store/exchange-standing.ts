import type { Statements } from '@yibao/drizzle/hot'
import { fenOf } from '@yibao/schema/money'
import type { ExchangeRow, PoolSums } from '../domain/exchange-reconciliation.ts'
import { arrayLiteral } from './array-literal.ts'

/** Between which provinces: the other one, and whether the place of treatment lies here. */
export interface Between {
  readonly province: string
  readonly isPlace: boolean
}

/** Ids from the first of a day to before the first of the next. */
export interface IdRange {
  readonly from: string
  readonly before: string
}

const SUMS = `s.total, s.fund_total as fund, s.account + s.mutual_aid as account`

// At the place: what is settled here, by the exchange it was asked under. At home: what was committed by the word of the
// place; a reservation that came to nothing, and what took it back, is none of it.
const PLACE = `
  select a.exchange, a.of, a.clearing_agency as owner, s.id, s.pool, ${SUMS}
  from settlement.settlement s
  join settlement.away_bill a on a.settlement_id = s.id and a.insured_id = s.insured_id and a.state = 'COMMITTED'
  where s.other_province = $1::bpchar and starts_with(s.pool, $1::text)`
const home = (from: string): string => `
  select s.request_id::uuid as exchange, o.request_id::uuid as of, s.pool as owner, s.id, s.pool, ${SUMS}
  from ${from}
  left join settlement.settlement o on o.id = s.reverses and o.insured_id = s.insured_id
  join settlement.confirmation c on c.settlement_id = coalesce(s.reverses, s.id) and c.insured_id = s.insured_id
    and c.confirmed_at is not null
  where s.other_province = $1::bpchar and starts_with(s.clearing_agency, $1::text) and s.caller = 'province:' || $1::text`
const HOME = home('settlement.settlement s')
// Asked for by exchange, a bill is found by its request.
const HOME_ASKED = home(`settlement.request r
  join settlement.settlement s on s.insured_id = r.insured_id
    and s.id = (case r.operation when 'reverse' then r.result ->> 'reversal' else r.result ->> 'settlement' end)::uuid`)

const rows = ({ isPlace }: Between): string => (isPlace ? PLACE : HOME)
const OF_DAY = 's.id >= $2::uuid and s.id < $3::uuid'
const COLUMNS = `exchange::text as exchange, of::text as of, owner, total::text as total, fund::text as fund,
  account::text as account`

interface Told {
  readonly total: string
  readonly fund: string
  readonly account: string
}
const amounts = <Row extends Told>(row: Row) => ({
  ...row,
  total: fenOf(BigInt(row.total)),
  fund: fenOf(BigInt(row.fund)),
  account: fenOf(BigInt(row.account)),
})

/** What was settled on a day, by pool of the insured. */
export async function sumDay(hot: Statements, between: Between, { from, before }: IdRange): Promise<PoolSums[]> {
  const found = await hot.unsafe<Told & { pool: string; count: number }>(
    `select pool, count(*)::int as count, sum(total)::text as total, sum(fund)::text as fund, sum(account)::text as account
     from (${rows(between)} and ${OF_DAY}) one group by 1 order by 1`,
    [between.province, from, before],
  )
  return found.map(amounts)
}

/** Bills of a day in the order of their exchanges, after one. */
export async function listDay(
  hot: Statements,
  between: Between,
  { from, before, after, limit }: IdRange & { readonly after: string | null; readonly limit: number },
): Promise<ExchangeRow[]> {
  const found = await hot.unsafe<Told & Omit<ExchangeRow, keyof Told>>(
    `select ${COLUMNS} from (${rows(between)} and ${OF_DAY}) one
     where $4::uuid is null or exchange > $4::uuid order by one.exchange limit $5::int`,
    [between.province, from, before, after, limit],
  )
  return found.map(amounts)
}

/** How bills stand here, of whatever day; those that are not committed are left out. */
export async function listStanding(
  hot: Statements,
  between: Between,
  exchanges: readonly string[],
): Promise<ExchangeRow[]> {
  const asked = between.isPlace
    ? `${PLACE} and a.exchange = any($2::uuid[])`
    : `${HOME_ASKED} and r.caller = 'province:' || $1::text and r.request_id = any($2::text[])`
  const found = await hot.unsafe<Told & Omit<ExchangeRow, keyof Told>>(
    `select ${COLUMNS} from (${asked}) one order by one.exchange`,
    [between.province, arrayLiteral(exchanges)],
  )
  return found.map(amounts)
}

/** Has what is still under way here gone on with now; answers which of these it was. */
export async function hastenPending(
  hot: Statements,
  exchanges: readonly string[],
  now: Temporal.Instant,
): Promise<string[]> {
  const found = await hot.unsafe<{ exchange: string }>(
    `update settlement.away_bill set next_at = least(next_at, $2::text::timestamptz)
     where exchange = any($1::uuid[]) and next_at is not null returning exchange::text as exchange`,
    [arrayLiteral(exchanges), now.toString()],
  )
  return found.map((one) => one.exchange)
}

/** The bureau whose business a bill is that is not settled here: who asked for it, or who insures the person; null for none. */
export async function findOwner(hot: Statements, { province }: Between, exchange: string): Promise<string | null> {
  const [row] = await hot.unsafe<{ owner: string }>(
    `select coalesce(
       (select clearing_agency from settlement.away_bill where exchange = $2::uuid and province = $1::bpchar),
       (select s.pool from settlement.request r
        join settlement.settlement s on s.id = (r.result ->> 'settlement')::uuid and s.insured_id = r.insured_id
        where r.caller = 'province:' || $1::text and r.request_id = $2::text)) as owner`,
    [province, exchange],
  )
  return row?.owner ?? null
}
