import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { claimAppeal, claimDecision, claimLineReview } from '@yibao/drizzle/settlement-claim'
import { and, asc, desc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm'
import type { Claim } from '../domain/claim.ts'
import type { ClaimLineReview } from '../domain/claim-review.ts'

type Key = Pick<Claim, 'insuredId' | 'id'>

export type LineReviewRow = typeof claimLineReview.$inferSelect
export type ClaimDecision = typeof claimDecision.$inferSelect
export type ClaimAppeal = typeof claimAppeal.$inferSelect

/** Keeps what a reviewer says of lines; what was said of the same lines before is replaced. */
export async function putLineReviews(
  tx: Tx,
  { insuredId, id }: Key,
  reviews: readonly ClaimLineReview[],
  { by, at }: { readonly by: string; readonly at: Temporal.Instant },
): Promise<void> {
  await tx
    .insert(claimLineReview)
    .values(reviews.map((one) => ({ ...one, insuredId, claimId: id, by, at })))
    .onConflictDoUpdate({
      target: [claimLineReview.insuredId, claimLineReview.claimId, claimLineReview.serial],
      set: {
        code: sql`excluded.code`,
        outcome: sql`excluded.outcome`,
        amount: sql`excluded.amount`,
        reason: sql`excluded.reason`,
        by: sql`excluded.by`,
        at: sql`excluded.at`,
      },
    })
}

/** Forgets what was said of lines that read otherwise now. */
export async function dropLineReviews(tx: Tx, { insuredId, id }: Key, serials: readonly string[]): Promise<void> {
  if (serials.length === 0) return
  const { insuredId: person, claimId, serial } = claimLineReview
  await tx.delete(claimLineReview).where(and(eq(person, insuredId), eq(claimId, id), inArray(serial, [...serials])))
}

/** What was said of the lines of claims. */
export const listLineReviews = async (tx: ReadTx | Tx, claimIds: readonly string[]): Promise<LineReviewRow[]> =>
  tx
    .select()
    .from(claimLineReview)
    .where(inArray(claimLineReview.claimId, [...claimIds]))
    .orderBy(asc(claimLineReview.claimId), asc(claimLineReview.serial))

export const addDecision = async (tx: Tx, one: typeof claimDecision.$inferInsert): Promise<void> =>
  void (await tx.insert(claimDecision).values(one))

/** The proposals and decisions of claims, each from the first. */
export const listDecisions = async (tx: ReadTx | Tx, claimIds: readonly string[]): Promise<ClaimDecision[]> =>
  tx
    .select()
    .from(claimDecision)
    .where(inArray(claimDecision.claimId, [...claimIds]))
    .orderBy(asc(claimDecision.claimId), asc(claimDecision.proposedAt), asc(claimDecision.id))

/** What waits for a second pair of eyes; null when nothing does. */
export async function findProposal(tx: Tx, { insuredId, id }: Key): Promise<ClaimDecision | null> {
  const [row] = await tx
    .select()
    .from(claimDecision)
    .where(
      and(
        eq(claimDecision.insuredId, insuredId),
        eq(claimDecision.claimId, id),
        isNull(claimDecision.confirmedAt),
        isNull(claimDecision.sentBackAt),
      ),
    )
  return row ?? null
}

/** The last decision that stands; null when there is none. */
export async function findLastDecision(tx: ReadTx | Tx, { insuredId, id }: Key): Promise<ClaimDecision | null> {
  const [row] = await tx
    .select()
    .from(claimDecision)
    .where(
      and(eq(claimDecision.insuredId, insuredId), eq(claimDecision.claimId, id), isNotNull(claimDecision.confirmedAt)),
    )
    .orderBy(desc(claimDecision.confirmedAt), desc(claimDecision.id))
    .limit(1)
  return row ?? null
}

/** What a second person made of a proposal. */
type Answered = Partial<
  Pick<ClaimDecision, 'confirmedBy' | 'confirmedAt' | 'sentBackBy' | 'sentBackAt' | 'sentBackWords'>
>

export const answerProposal = async (tx: Tx, id: string, set: Answered): Promise<void> =>
  void (await tx.update(claimDecision).set(set).where(eq(claimDecision.id, id)))

/** Whether somebody has asked for something under this account. */
export async function isKnownStaff(tx: Tx, caller: string): Promise<boolean> {
  const { rows } = await tx.execute(sql`select from settlement.request where caller = ${caller} limit 1`)
  return rows.length === 1
}

export const addAppeal = async (tx: Tx, one: typeof claimAppeal.$inferInsert): Promise<void> =>
  void (await tx.insert(claimAppeal).values(one))

/** The appeals of claims, each from the first. */
export const listAppeals = async (tx: ReadTx | Tx, claimIds: readonly string[]): Promise<ClaimAppeal[]> =>
  tx
    .select()
    .from(claimAppeal)
    .where(inArray(claimAppeal.claimId, [...claimIds]))
    .orderBy(asc(claimAppeal.claimId), asc(claimAppeal.openedAt))

/** The appeal of a claim that is not decided; null when there is none. */
export async function findOpenAppeal(tx: Tx, { insuredId, id }: Key): Promise<ClaimAppeal | null> {
  const [row] = await tx
    .select()
    .from(claimAppeal)
    .where(and(eq(claimAppeal.insuredId, insuredId), eq(claimAppeal.claimId, id), eq(claimAppeal.state, 'OPEN')))
  return row ?? null
}

export const decideAppeal = async (
  tx: Tx,
  id: string,
  set: Pick<ClaimAppeal, 'state' | 'answer' | 'decidedBy' | 'decidedAt'>,
): Promise<void> => void (await tx.update(claimAppeal).set(set).where(eq(claimAppeal.id, id)))
