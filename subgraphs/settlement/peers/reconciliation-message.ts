import { formatYuan } from '@yibao/schema/money'
import { day, uuid, yuan } from '@yibao/schema/wire'
import { z } from 'zod'
import type { PoolSums, ToldRow } from '../domain/exchange-reconciliation.ts'

// How two platforms compare what they settled between each other on a day (decisions/028).

const place = z.string().regex(/^[1-8][0-9]$/)
const scope = { place, day }

/** Bills of a page, and of a question at most. */
export const ROWS_MAX = 500

/** Asks for the sums of a day by pool of the insured. `place`: the province of treatment. */
export const totalsMessage = z.strictObject(scope)
export type TotalsMessage = z.output<typeof totalsMessage>
/** Asks for the bills of a day, in the order of their exchanges. */
export const detailsMessage = z.strictObject({ ...scope, after: uuid.nullable() })
export type DetailsMessage = z.output<typeof detailsMessage>
/** Asks how bills stand, of whatever day. */
export const standingMessage = z.strictObject({ place, exchanges: z.array(uuid).max(ROWS_MAX) })
export type StandingMessage = z.output<typeof standingMessage>

const sums = { total: yuan, fund: yuan, account: yuan }
const row = z.object({ exchange: uuid, of: uuid.nullable(), ...sums })
const pool = z.object({ pool: z.string().regex(/^[1-8][0-9]{5}$/), count: z.int().min(0), ...sums })

/** What was answered, as it is read here. */
export const totalsRead = z.object({ pools: z.array(pool) })
export const rowsRead = z.object({ rows: z.array(row).max(ROWS_MAX) })

const yuanOf = ({ total, fund, account }: Pick<ToldRow, 'total' | 'fund' | 'account'>) => ({
  total: formatYuan(total),
  fund: formatYuan(fund),
  account: formatYuan(account),
})
export const tellPools = (pools: readonly PoolSums[]) => ({
  pools: pools.map((one) => ({ pool: one.pool, count: one.count, ...yuanOf(one) })),
})
export const tellRows = (rows: readonly ToldRow[]) => ({
  rows: rows.map((one) => ({ exchange: one.exchange, of: one.of, ...yuanOf(one) })),
})
