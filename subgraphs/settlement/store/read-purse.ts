import type { Statements } from '@yibao/drizzle/hot'
import type { SettlementKey } from './settlements.ts'

/** What a reversal is decided on. */
export interface Purse {
  readonly version: bigint
  /** Time of the latest change of the person's money. */
  readonly lastAt: Temporal.Instant
  /** Both accounts together, in fen. */
  readonly balance: bigint
  /** Whether the settlement was reversed already. */
  readonly reversed: boolean
}

/**
 * The version of a person's money, what the accounts hold and whether a settlement still stands, as one snapshot: read
 * apart, another reversal could come between and the version would not tell.
 */
export async function readPurse(hot: Statements, { insuredId, id }: SettlementKey): Promise<Purse> {
  const [row] = await hot.unsafe<Purse>(
    `select p.version, p.last_at as "lastAt",
       (select coalesce(sum(a.balance), 0)::bigint from settlement.account a where a.insured_id = p.insured_id) as balance,
       exists (select from settlement.reversal r where r.insured_id = p.insured_id and r.settlement_id = $2::uuid)
         as reversed
     from settlement.person p where p.insured_id = $1::uuid`,
    [insuredId, id],
  )
  if (row === undefined) throw new Error('a person with a settlement has a guard row')
  return row
}
