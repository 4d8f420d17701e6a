import type { Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { closedPeriod, closingVersion } from '@yibao/drizzle/settlement-closing'
import { sql } from 'drizzle-orm'
import type { ClosedPeriod } from '../domain/closed-period.ts'

/** Whether a benefit year of an insurance is closed, and the number of closings this was seen at. */
export async function readYearClosing(
  hot: Statements,
  { pool, insuranceType, year }: { readonly pool: string; readonly insuranceType: string; readonly year: string },
): Promise<{ readonly closings: bigint; readonly isClosed: boolean }> {
  const [row] = await hot.unsafe<{ closings: bigint; isClosed: boolean }>(
    `select v.version as closings, exists (select from settlement.closed_period c where c.kind = 'YEAR'
       and c.pool = $1::text and c.scope = $2::text and c.period = $3::text) as "isClosed"
     from settlement.closing_version v`,
    [pool, insuranceType, year],
  )
  if (row === undefined) throw new Error('there is a number of closings')
  return row
}

interface Closing {
  readonly closedBy: string
  readonly closedAt: Temporal.Instant
}

/**
 * Closes a period; false when it is closed already. The version is raised first: that waits for the reversals that are
 * being written, and those that come later see what was closed.
 */
export async function addClosedPeriod(tx: Tx, period: ClosedPeriod, closing: Closing): Promise<boolean> {
  await tx.update(closingVersion).set({ version: sql`${closingVersion.version} + 1` })
  const added = await tx
    .insert(closedPeriod)
    .values({ ...period, ...closing })
    .onConflictDoNothing()
    .returning()
  return added.length === 1
}
