import type { ReadTx } from '@yibao/drizzle/connect'
import { claim } from '@yibao/drizzle/settlement-claim'
import { and, asc, eq, lte } from 'drizzle-orm'

/** More than these at once are left for the next time. */
const PAGE = 100

/** Claims that were decided by a moment and are not settled yet, the oldest first. */
export async function listSettling(db: ReadTx, before: Temporal.Instant): Promise<string[]> {
  const rows = await db
    .select({ id: claim.id })
    .from(claim)
    .where(and(eq(claim.state, 'SETTLING'), lte(claim.changedAt, before)))
    .orderBy(asc(claim.changedAt))
    .limit(PAGE)
  return rows.map(({ id }) => id)
}
