import type { Database } from '@yibao/drizzle/connect'
import { formatYuan, fenOf } from '@yibao/schema/money'
import { LINES } from './bills.ts'

/** What a client was told about one bill. */
export interface Told {
  readonly id: string
  readonly fundTotal: string
  readonly cash: string
}

interface Sums {
  readonly settlements: bigint
  readonly fund: bigint
  readonly cash: bigint
  readonly lines: bigint
  readonly imbalance: bigint
  readonly payable: bigint
  readonly paid: bigint
  readonly missing: bigint
}

const CHECK = `
  with told as (
    select * from unnest($1::text[]::uuid[], $2::text[]::numeric[], $3::text[]::numeric[]) as t (id, fund, cash)),
  mine as (
    select s.* from settlement.settlement s join told t on t.id = s.id)
  select
    (select count(*) from mine) as settlements,
    (select coalesce(sum(fund_total), 0)::bigint from mine) as fund,
    (select coalesce(sum(cash), 0)::bigint from mine) as cash,
    (select count(*) from settlement.settlement_line l join told t on t.id = l.settlement_id) as lines,
    (select coalesce(sum(abs(total)), 0)::bigint from (
      select sum(e.amount) as total from settlement.ledger_entry e join told t on t.id = e.group_id group by e.group_id) g)
      as imbalance,
    (select coalesce(sum(abs(e.amount)), 0)::bigint from settlement.ledger_entry e join told t on t.id = e.group_id
      where e.account like 'payable:%') as payable,
    (select coalesce(sum(detail_total), 0)::bigint from mine) as paid,
    (select count(*) from told t left join mine m on m.id = t.id
      where m.id is null or m.fund_total <> t.fund * 100 or m.cash <> t.cash * 100) as missing`

/** Holds what clients were told against rows, lines and ledger. Returns every difference in words; none is good. */
export async function crossCheck({ hot }: Database, told: readonly Told[]): Promise<string[]> {
  const list = (part: keyof Told) => `{${told.map((one) => one[part]).join(',')}}`
  const [row] = await hot.unsafe<Sums>(CHECK, [list('id'), list('fundTotal'), list('cash')])
  if (row === undefined) return ['the check gave no row']
  const expected = BigInt(told.length)
  return [
    ...(new Set(told.map((one) => one.id)).size === told.length ? [] : ['one settlement was answered twice']),
    ...(row.settlements === expected ? [] : [`${told.length} answers, ${row.settlements} settlements`]),
    ...(row.missing === 0n ? [] : [`${row.missing} answers differ from their row or have none`]),
    ...(row.lines === expected * BigInt(LINES) ? [] : [`${row.lines} lines instead of ${expected * BigInt(LINES)}`]),
    ...(row.imbalance === 0n ? [] : [`the ledger is out by ${formatYuan(fenOf(row.imbalance))}`]),
    ...(row.payable === row.paid ? [] : [`payable ${row.payable} differs from what payers paid ${row.paid} (fen)`]),
  ]
}
