import type { Statements } from '@yibao/drizzle/hot'
import type { SettlementKey } from './settlements.ts'

/** The entries of one settlement among all of a person. */
export interface PostedGroup {
  readonly id: string
  readonly entries: readonly { readonly account: string; readonly amount: bigint }[]
}

interface Row {
  readonly id: string
  readonly entries: readonly (readonly [account: string, amount: string])[] | null
}

/**
 * What was posted for a person's settlements up to one of them, in the order in which they were committed, which is that
 * of their ids. Read as the writer: the entries of relatives and of other institutions belong to the reckoning, and none
 * of them is told.
 */
export async function readPostedGroups(hot: Statements, { insuredId, id }: SettlementKey): Promise<PostedGroup[]> {
  const rows = await hot.unsafe<Row>(
    `select s.id::text as id, (
       select json_agg(json_build_array(e.account, e.amount::text) order by e.account collate "C")
       from settlement.ledger_entry e where e.group_id = s.id) as entries
     from settlement.settlement s where s.insured_id = $1::uuid and s.id <= $2::uuid order by s.id`,
    [insuredId, id],
  )
  return rows.map(({ id: group, entries }) => ({
    id: group,
    entries: (entries ?? []).map(([account, amount]) => ({ account, amount: BigInt(amount) })),
  }))
}
