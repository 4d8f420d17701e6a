import type { Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import type { Text } from '@yibao/schema/rejection'
import type { Claim } from '../domain/claim.ts'
import { goOn, pauseClock, startClock, stopClock, type ClaimClock, type ClockKind } from '../domain/claim-clock.ts'
import { addClock, findLastClock, saveClock } from '../store/claim-clock.ts'

type Key = Pick<Claim, 'insuredId' | 'id'>

interface Starting {
  readonly kind: ClockKind
  /** Working days. */
  readonly days: number
  readonly at: Temporal.Instant
}

/** Lets a clock of a claim begin to run. */
export async function startClaimClock(tx: Tx, claim: Key, starting: Starting): Promise<ClaimClock> {
  const clock = startClock(starting)
  await addClock(tx, claim, clock)
  return clock
}

/** Lets a clock stand still, for a reason the person reads. */
export const pauseClaimClock = (tx: Tx, claim: Key, kind: ClockKind, at: Temporal.Instant, reason: Text) =>
  change(tx, claim, kind, (clock) => pauseClock(clock, { at, reason }))

/** Lets a clock that stood still go on with the days it has left. */
export const goOnWithClaimClock = (tx: Tx, claim: Key, kind: ClockKind, at: Temporal.Instant) =>
  change(tx, claim, kind, (clock) => goOn(clock, at))

/** Ends a clock whose business is done. */
export const stopClaimClock = (tx: Tx, claim: Key, kind: ClockKind, at: Temporal.Instant) =>
  change(tx, claim, kind, (clock) => stopClock(clock, at))

/** Ends every clock of a claim that is over for good. */
export async function stopClaimClocks(tx: Tx, claim: Key, at: Temporal.Instant): Promise<void> {
  for (const kind of ['DECISION', 'SUPPLEMENT', 'PAYMENT', 'APPEAL'] as const) await stopClaimClock(tx, claim, kind, at)
}

/** Takes back that a clock was ended: what seemed to be done was not, and the time was running all along. */
export const reopenClaimClock = (tx: Tx, claim: Key, kind: ClockKind) =>
  change(tx, claim, kind, (clock) => ({ ...clock, stoppedAt: null }))

/** By which day the agency decides, as messages say it; empty while the clock stands still. */
export const dueOf = (clock: ClaimClock | null): { readonly due: string } => ({ due: clock?.dueOn?.toString() ?? '' })

/** The same of the clock of a claim. */
export const dueOfClaim = async (tx: Tx, claim: Key, kind: ClockKind = 'DECISION') =>
  dueOf(await findLastClock(tx, claim, kind))

/** Whether the time of a clock is over. */
export const isOver = ({ dueOn }: ClaimClock, now: Temporal.Instant): boolean =>
  dueOn !== null && Temporal.PlainDate.compare(dueOn, dayOf(now)) < 0

async function change(
  tx: Tx,
  claim: Key,
  kind: ClockKind,
  to: (clock: ClaimClock) => ClaimClock,
): Promise<ClaimClock | null> {
  const found = await findLastClock(tx, claim, kind)
  if (found === null) return null
  const changed = { ...found, ...to(found) }
  await saveClock(tx, changed)
  return changed
}
