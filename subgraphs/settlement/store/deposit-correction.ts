import type { Tx } from '@yibao/drizzle/connect'
import { monthlyStatement } from '@yibao/drizzle/settlement-clearing'
import {
  depositDecision,
  depositRelease,
  paymentBatch,
  paymentPart,
  paymentRow,
} from '@yibao/drizzle/settlement-clearing-payment'
import { and, asc, eq, inArray, isNotNull, isNull } from 'drizzle-orm'
import type { DepositDecision } from './deposit-decision.ts'
import type { DepositRelease } from './deposit.ts'

/** Holds the releases by the score a year has, corrected ones left out. */
export const holdScored = async (
  tx: Tx,
  { institution, pool, year }: Pick<DepositRelease, 'institution' | 'pool' | 'year'>,
): Promise<DepositRelease[]> =>
  tx
    .select()
    .from(depositRelease)
    .where(
      and(
        eq(depositRelease.institution, institution),
        eq(depositRelease.pool, pool),
        eq(depositRelease.year, year),
        isNull(depositRelease.correctedBy),
        isNotNull(depositRelease.score),
      ),
    )
    .orderBy(asc(depositRelease.id))
    .for('update')

/** Holds what was decided about the rest of releases; by the release. */
export async function holdDecided(tx: Tx, releases: readonly string[]): Promise<ReadonlyMap<string, DepositDecision>> {
  const rows = await tx
    .select()
    .from(depositDecision)
    .where(inArray(depositDecision.releaseId, [...releases]))
    .orderBy(asc(depositDecision.id))
    .for('update')
  return new Map(rows.map((one) => [one.releaseId, one]))
}

/** The number of the batch in which something is with the bank. */
export async function findBatchNumber(tx: Tx, partId: string): Promise<string> {
  const [row] = await tx
    .select({ number: paymentBatch.number })
    .from(paymentPart)
    .innerJoin(paymentRow, eq(paymentRow.id, paymentPart.rowId))
    .innerJoin(paymentBatch, eq(paymentBatch.id, paymentRow.batchId))
    .where(and(eq(paymentPart.partId, partId), eq(paymentPart.open, true)))
  return row?.number ?? ''
}

/** Puts a release in the place of another, whose statements are its own from then on; what was decided about that ends. */
export async function replaceRelease(tx: Tx, earlier: string, release: DepositRelease): Promise<void> {
  await tx.insert(depositRelease).values(release)
  await tx
    .update(depositRelease)
    .set({ state: 'CORRECTED', correctedBy: release.id })
    .where(eq(depositRelease.id, earlier))
  await tx.update(depositDecision).set({ state: 'CORRECTED' }).where(eq(depositDecision.releaseId, earlier))
  await tx.update(monthlyStatement).set({ releaseId: release.id }).where(eq(monthlyStatement.releaseId, earlier))
}
