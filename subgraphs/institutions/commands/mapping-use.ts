import type { Services } from '../context.ts'
import { gatherUse, useMark } from '../store/mapping-use.ts'

/**
 * A bill becomes visible when its transaction ends, a while after the moment its id was made: seconds, or minutes where a server
 * stalls. So each run looks back a little and one in each quarter of an hour far; with all of them looking far, 50 bills a second
 * were kept waiting for 280 ms each minute.
 */
const OVERLAP_MINUTES = 2
const FAR_MINUTES = 15
/** What a first run looks back. */
const FIRST_DAYS = 90
/** A statement looks at no more than this, so that catching up does not become one long one. */
const STRETCH_HOURS = 24
const RUN_MS = 5_000

/** Gathers which own codes of institutions stand in bills, up to now or for some seconds. */
export async function gatherMappingUse(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  milliseconds = RUN_MS,
): Promise<void> {
  const end = performance.now() + milliseconds
  const now = clock()
  const mark = (await useMark(db.hot)) ?? now.subtract({ hours: 24 * FIRST_DAYS })
  let from = mark.subtract({ minutes: quarterOf(mark) === quarterOf(now) ? OVERLAP_MINUTES : FAR_MINUTES })
  while (Temporal.Instant.compare(from, now) < 0 && performance.now() < end) {
    const stretch = from.add({ hours: STRETCH_HOURS })
    const to = Temporal.Instant.compare(stretch, now) < 0 ? stretch : now
    await gatherUse(db.hot, from, to)
    from = to
  }
}

const quarterOf = (at: Temporal.Instant): number => Math.floor(at.epochMilliseconds / (FAR_MINUTES * 60_000))
