import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { claim } from '@yibao/drizzle/settlement-claim'
import { and, asc, eq, inArray, isNotNull, isNull } from 'drizzle-orm'
import type { Claim } from '../domain/claim.ts'
import type { Prechecked } from '../domain/claim-precheck.ts'

/** Claims that no rule has looked at since they were submitted, or papers came; the oldest first. */
export async function findUnchecked(tx: Tx | ReadTx, limit: number): Promise<string[]> {
  const rows = await tx
    .select({ id: claim.id })
    .from(claim)
    .where(and(eq(claim.state, 'SUBMITTED'), isNull(claim.precheck)))
    .orderBy(asc(claim.submittedAt))
    .limit(limit)
  return rows.map(({ id }) => id)
}

/** Keeps what was found in a claim, unless it was changed since; false when it was. */
export async function savePrecheck(tx: Tx, { insuredId, id, version }: Claim, precheck: Prechecked): Promise<boolean> {
  const rows = await tx
    .update(claim)
    .set({ precheck })
    .where(and(eq(claim.insuredId, insuredId), eq(claim.id, id), eq(claim.version, version), isNull(claim.precheck)))
    .returning({ id: claim.id })
  return rows.length === 1
}

/** What was found in claims. */
export async function listPrechecks(
  tx: ReadTx,
  ids: readonly string[],
): Promise<(Prechecked & { readonly claimId: string })[]> {
  const rows = await tx
    .select({ claimId: claim.id, precheck: claim.precheck })
    .from(claim)
    .where(and(inArray(claim.id, [...ids]), isNotNull(claim.precheck)))
  return rows.flatMap(({ claimId, precheck }) => (precheck === null ? [] : [{ ...precheck, claimId }]))
}
