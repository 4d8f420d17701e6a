import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { claim, claimClock } from '@yibao/drizzle/settlement-claim'
import { and, asc, desc, eq, inArray, isNotNull, isNull, lte, or, sql } from 'drizzle-orm'
import type { Claim } from '../domain/claim.ts'
import type { ClaimClock, ClockKind } from '../domain/claim-clock.ts'

type Key = Pick<Claim, 'insuredId' | 'id'>

/** A clock with the claim it belongs to. */
export interface KeptClock extends ClaimClock {
  readonly insuredId: string
  readonly claimId: string
}

/**
 * Adds a clock that begins to run. One of its kind runs for a claim at a time; one that was started and stopped in the same
 * moment has measured nothing, and this one takes its place.
 */
export async function addClock(tx: Tx, { insuredId, id }: Key, clock: ClaimClock): Promise<void> {
  const { kind: _kind, startedAt: _startedAt, ...set } = clock
  const { insuredId: person, claimId, kind, startedAt } = claimClock
  await tx
    .insert(claimClock)
    .values({ ...clock, insuredId, claimId: id })
    .onConflictDoUpdate({ target: [person, claimId, kind, startedAt], set })
}

/** Keeps how far a clock is. */
export async function saveClock(tx: Tx, clock: KeptClock): Promise<void> {
  const { insuredId, claimId, kind, startedAt, ...set } = clock
  await tx
    .update(claimClock)
    .set(set)
    .where(
      and(
        eq(claimClock.insuredId, insuredId),
        eq(claimClock.claimId, claimId),
        eq(claimClock.kind, kind),
        eq(claimClock.startedAt, startedAt),
      ),
    )
}

/** The clock of a kind that was started last for a claim; null when there was none. */
export async function findLastClock(
  tx: Tx | ReadTx,
  { insuredId, id }: Key,
  kind: ClockKind,
): Promise<KeptClock | null> {
  const [row] = await tx
    .select()
    .from(claimClock)
    .where(and(eq(claimClock.insuredId, insuredId), eq(claimClock.claimId, id), eq(claimClock.kind, kind)))
    .orderBy(desc(claimClock.startedAt))
    .limit(1)
  return row ?? null
}

/** The clocks of claims in the order in which they began. */
export const listClocks = async (tx: ReadTx, claimIds: readonly string[]): Promise<KeptClock[]> =>
  tx
    .select()
    .from(claimClock)
    .where(inArray(claimClock.claimId, [...claimIds]))
    .orderBy(asc(claimClock.claimId), asc(claimClock.startedAt))

/** A clock that may have something to tell, by its claim and kind. */
export interface DueClock {
  readonly claimId: string
  readonly kind: ClockKind
}

/** Of a claim one clock of a kind runs at a time. */
const isAfter = ({ claimId, kind }: DueClock) =>
  sql`(${claimClock.claimId}, ${claimClock.kind}) > (${claimId}::uuid, ${kind})`

/** Clocks that run, end by a day and have something left to tell: that the time is nearly over, or over. */
export const findDueClocks = async (
  tx: Tx,
  {
    today,
    upTo,
    after,
    limit,
  }: { today: Temporal.PlainDate; upTo: Temporal.PlainDate; after: DueClock; limit: number },
): Promise<DueClock[]> =>
  tx
    .select({ claimId: claimClock.claimId, kind: claimClock.kind })
    .from(claimClock)
    .where(
      and(
        isAfter(after),
        isNull(claimClock.stoppedAt),
        isNull(claimClock.breachedAt),
        lte(claimClock.dueOn, upTo),
        or(isNull(claimClock.alarmedAt), sql`${claimClock.dueOn} < ${today.toString()}::date`),
      ),
    )
    .orderBy(asc(claimClock.claimId), asc(claimClock.kind))
    .limit(limit)

/** Holds clocks that were counted by a calendar which is not published, in order of claim. */
export const holdProvisionalClocks = async (tx: Tx, after: DueClock, limit: number): Promise<KeptClock[]> =>
  tx
    .select()
    .from(claimClock)
    .where(and(isAfter(after), eq(claimClock.provisional, true), isNull(claimClock.stoppedAt)))
    .orderBy(asc(claimClock.claimId), asc(claimClock.kind))
    .limit(limit)
    .for('update')

/** Where a breach stands in the report: a claim may have breached several deadlines that were found out in the same moment. */
export interface BreachPlace {
  readonly at: string
  readonly claimId: string
  readonly kind: string
  readonly startedAt: string
}

/** What the report of breaches is narrowed to. */
export interface BreachFilter {
  readonly pool: string | null
  readonly kind: ClockKind | null
  /** Only those whose business is still not done. */
  readonly open: boolean
  /** Those after this one. */
  readonly after: BreachPlace | null
}

/** Clocks whose time went by before the business was done, the latest first. */
export async function listBreaches(tx: ReadTx, filter: BreachFilter, limit: number): Promise<KeptClock[]> {
  const { pool, kind, open, after } = filter
  const rows = await tx
    .select({ clock: claimClock })
    .from(claimClock)
    .innerJoin(claim, and(eq(claim.insuredId, claimClock.insuredId), eq(claim.id, claimClock.claimId)))
    .where(
      and(
        isNotNull(claimClock.breachedAt),
        pool === null ? undefined : eq(claim.pool, pool),
        kind === null ? undefined : eq(claimClock.kind, kind),
        open ? isNull(claimClock.stoppedAt) : undefined,
        after === null
          ? undefined
          : sql`(${claimClock.breachedAt}, ${claimClock.claimId}, ${claimClock.kind}, ${claimClock.startedAt})
              < (${after.at}::timestamptz, ${after.claimId}::uuid, ${after.kind}, ${after.startedAt}::timestamptz)`,
      ),
    )
    .orderBy(desc(claimClock.breachedAt), desc(claimClock.claimId), desc(claimClock.kind), desc(claimClock.startedAt))
    .limit(limit)
  return rows.map((row) => row.clock)
}
