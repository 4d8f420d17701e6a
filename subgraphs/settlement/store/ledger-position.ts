import type { Statements } from '@yibao/drizzle/hot'
import { arrayLiteral } from './array-literal.ts'
import { BORDER } from './ledger-border.ts'
import type { SettlementKey } from './settlements.ts'

/** The entries of one settlement among all of a person. */
export interface PostedGroup {
  readonly id: string
  /** Null when they were put away. */
  readonly entries: readonly { readonly account: string; readonly amount: bigint }[] | null
}

interface Row {
  readonly insuredId: string
  readonly id: string
  readonly archived: boolean
  readonly entries: readonly (readonly [account: string, amount: string])[] | null
}

/**
 * What was posted for the person of each settlement, up to the latest of those asked for, in the order in which it was
 * committed, which is that of the ids. Settlements of one person are given the same list. Read as the writer: the entries of relatives and of other institutions belong to the reckoning, and none
 * of them is told.
 */
export async function readPostedGroups(hot: Statements, keys: readonly SettlementKey[]): Promise<PostedGroup[][]> {
  const latest = new Map<string, string>()
  for (const { insuredId, id } of keys) if (id > (latest.get(insuredId) ?? '')) latest.set(insuredId, id)
  const rows = await hot.unsafe<Row>(
    `select s.insured_id::text as "insuredId", s.id::text as id, s.id < ${BORDER} as archived, (
       select json_agg(json_build_array(e.account, e.amount::text) order by e.account collate "C")
       from settlement.ledger_entry e where e.group_id = s.id) as entries
     from unnest($1::uuid[], $2::uuid[]) as k (insured_id, latest)
     join settlement.settlement s on s.insured_id = k.insured_id and s.id <= k.latest order by s.id`,
    [arrayLiteral([...latest.keys()]), arrayLiteral([...latest.values()])],
  )
  const found = new Map<string, PostedGroup[]>()
  for (const { insuredId, id, archived, entries } of rows) {
    const groups = found.get(insuredId) ?? []
    found.set(insuredId, groups)
    const posted = (entries ?? []).map(([account, amount]) => ({ account, amount: BigInt(amount) }))
    groups.push({ id, entries: archived ? null : posted })
  }
  return keys.map(({ insuredId }) => found.get(insuredId) ?? [])
}
