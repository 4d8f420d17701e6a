import type { Statements } from '@yibao/drizzle/hot'
import type { Fen } from '@yibao/schema/money'
import type { LedgerEntry } from '../domain/ledger.ts'
import { arrayLiteral } from './array-literal.ts'

/** An account to be opened, with the ledger group of its opening balance. */
export interface Opening {
  readonly insuredId: string
  readonly pool: string
  readonly kind: 'CURRENT' | 'HISTORY'
  readonly balance: Fen
  readonly groupId: string
  readonly entries: readonly LedgerEntry[]
}

// Openings and entries only for accounts that were opened by this statement; a balance of zero needs no entry. The guard
// rows come along, because opening an account changes a person's money like anything else.
const TEXT = `
  with opened as (
    insert into settlement.account (insured_id, kind, pool, balance)
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[])
    on conflict (insured_id, kind) do nothing
    returning insured_id, kind),
  guards as (
    insert into settlement.person as p (insured_id, version, last_at)
    select distinct insured_id, 1, $10::text::timestamptz from opened
    on conflict (insured_id) do update set version = p.version + 1, last_at = greatest(p.last_at, excluded.last_at)),
  openings as (
    insert into settlement.opening (insured_id, kind, pool, balance, group_id, at)
    select distinct on (g.insured_id, g.kind) g.insured_id, g.kind, g.pool, g.balance, g.group_id,
      $10::text::timestamptz
    from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $11::uuid[]) with ordinality
      as g (insured_id, kind, pool, balance, group_id, place)
    join opened o on o.insured_id = g.insured_id and o.kind = g.kind
    order by g.insured_id, g.kind, g.place
    returning group_id, insured_id, kind),
  entries as (
    insert into settlement.ledger_entry (group_id, insured_id, account, amount)
    select e.group_id, e.insured_id, e.account, e.amount
    from unnest($5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::bigint[])
      as e (group_id, insured_id, kind, account, amount)
    join openings o on o.group_id = e.group_id and o.insured_id = e.insured_id and o.kind = e.kind
    where e.amount <> 0)
  select count(*) as opened from opened`

/** Opens accounts that are not there yet, and records what each held; returns how many. */
export async function insertAccounts(
  hot: Statements,
  openings: readonly Opening[],
  at: Temporal.Instant,
): Promise<number> {
  const entries = openings.flatMap(({ kind, groupId, entries: group }) =>
    group.map((entry) => ({ ...entry, kind, groupId })),
  )
  const [row] = await hot.unsafe<{ opened: bigint }>(TEXT, [
    arrayLiteral(openings.map((one) => one.insuredId)),
    arrayLiteral(openings.map((one) => one.kind)),
    arrayLiteral(openings.map((one) => one.pool)),
    arrayLiteral(openings.map((one) => one.balance)),
    arrayLiteral(entries.map((one) => one.groupId)),
    arrayLiteral(entries.map((one) => one.insuredId)),
    arrayLiteral(entries.map((one) => one.kind)),
    arrayLiteral(entries.map((one) => one.account)),
    arrayLiteral(entries.map((one) => one.amount)),
    at.toString(),
    arrayLiteral(openings.map((one) => one.groupId)),
  ])
  return Number(row?.opened ?? 0n)
}
