import type { Tx } from '@yibao/drizzle/connect'
import { closedPeriod, closingVersion } from '@yibao/drizzle/settlement-closing'
import { sql } from 'drizzle-orm'
import type { ClosedPeriod } from '../domain/closed-period.ts'

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
