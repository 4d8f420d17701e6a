import type { ReadTx } from '@yibao/drizzle/connect'
import { claim, claimClock } from '@yibao/drizzle/settlement-claim'
import { and, asc, eq, inArray, isNull, sql, type SQL } from 'drizzle-orm'
import type { Claim, ClaimState } from '../domain/claim.ts'
import { findClaims } from './claim.ts'

/** What the queue of a pool is narrowed to. */
export interface QueueFilter {
  readonly pool: string
  readonly state: ClaimState | null
  /** Kind of claim in the rules of the pool. */
  readonly kind: string | null
  /** Days the deadline lies between, both included; `paused` for claims whose clock stands still. */
  readonly due: { readonly from: Temporal.PlainDate | null; readonly to: Temporal.PlainDate | null } | 'paused' | null
  /** Caller of a reviewer; null for claims nobody has, undefined for all. */
  readonly assignee: string | null | undefined
  readonly after: { readonly due: string; readonly id: string } | null
}

/** A claim in the queue, with the day it goes by. */
export interface Queued {
  readonly claim: Claim
  /** What stands still comes last. */
  readonly due: string
}

/** Where claims without a deadline stand in the order of deadlines. */
const LAST = '9999-12-31'

/**
 * What waits for the staff of a pool, the most urgent first: claims and appeals that are not decided. Their clock is what says
 * so, in whatever state the claim is.
 */
export async function listClaimQueue(tx: ReadTx, filter: QueueFilter, limit: number): Promise<Queued[]> {
  const due = sql<string>`coalesce(${claimClock.dueOn}, ${LAST}::date)::text`
  const rows = await tx
    .select({ id: claim.id, due })
    .from(claim)
    .innerJoin(claimClock, and(eq(claimClock.insuredId, claim.insuredId), eq(claimClock.claimId, claim.id)))
    .where(and(...conditionsOf(filter)))
    .orderBy(asc(sql`coalesce(${claimClock.dueOn}, ${LAST}::date)`), asc(claim.id))
    .limit(limit)
  const found = new Map(
    (
      await findClaims(
        tx,
        rows.map(({ id }) => id),
      )
    ).map((one) => [one.id, one]),
  )
  return rows.flatMap(({ id, due: day }) => {
    const one = found.get(id)
    return one === undefined ? [] : [{ claim: one, due: day }]
  })
}

function conditionsOf({ pool, state, kind, due, assignee, after }: QueueFilter): (SQL | undefined)[] {
  const { dueOn } = claimClock
  return [
    eq(claim.pool, pool),
    inArray(claimClock.kind, ['DECISION', 'APPEAL']),
    isNull(claimClock.stoppedAt),
    state === null ? undefined : eq(claim.state, state),
    kind === null ? undefined : eq(claim.kind, kind),
    due === 'paused' ? isNull(dueOn) : undefined,
    due === null || due === 'paused' || due.from === null ? undefined : sql`${dueOn} >= ${due.from.toString()}::date`,
    due === null || due === 'paused' || due.to === null ? undefined : sql`${dueOn} <= ${due.to.toString()}::date`,
    assignee === undefined ? undefined : assignee === null ? isNull(claim.assignee) : eq(claim.assignee, assignee),
    after === null
      ? undefined
      : sql`(coalesce(${dueOn}, ${LAST}::date), ${claim.id}) > (${after.due}::date, ${after.id}::uuid)`,
  ]
}
