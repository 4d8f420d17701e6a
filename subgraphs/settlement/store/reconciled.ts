import type { ReadTx } from '@yibao/drizzle/connect'
import { settlement } from '@yibao/drizzle/settlement'
import { reconciled } from '@yibao/drizzle/settlement-reconciliation'
import { and, eq, inArray } from 'drizzle-orm'

export type ReconciledRow = Pick<typeof reconciled.$inferSelect, 'settlementId' | 'at'>

/** Which of several settlements both sides agree on, and since when, as far as the reader may see it. */
export const listReconciled = async (tx: ReadTx, ids: readonly string[]): Promise<ReconciledRow[]> =>
  tx
    .select({ settlementId: reconciled.settlementId, at: reconciled.at })
    .from(settlement)
    .innerJoin(
      reconciled,
      and(eq(reconciled.insuredId, settlement.insuredId), eq(reconciled.settlementId, settlement.id)),
    )
    .where(inArray(settlement.id, [...ids]))
