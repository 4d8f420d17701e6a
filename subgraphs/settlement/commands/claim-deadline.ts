import type { Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import { NOBODY } from '@yibao/schema/ids'
import type { Services } from '../context.ts'
import type { Claim } from '../domain/claim.ts'
import { isAlarming, isBreached, recount, WORKING_DAYS, type Calendar, type ClockKind } from '../domain/claim-clock.ts'
import { BY_RULE } from '../domain/claim-review.ts'
import { addClaimEvent, findClaim } from '../store/claim.ts'
import {
  findDueClocks,
  findLastClock,
  holdProvisionalClocks,
  saveClock,
  type DueClock,
  type KeptClock,
} from '../store/claim-clock.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { dueOf } from './claim-clock.ts'
import { tellClaimant, tellClaimStaff } from './claim-tell.ts'

type Parts = Pick<Services, 'db' | 'clock'>

const PAGE = 200
/** No pool is told more working days before a deadline than fit into so many days. */
const AHEAD_DAYS = 60

/**
 * Says of every deadline of a claim that it is near, and that it has passed: once each, to whom it concerns. What a row says
 * is the truth; whoever comes again finds nothing left to say. One that fails does not hold up the others.
 */
export async function watchClaimDeadlines(parts: Parts): Promise<void> {
  const today = dayOf(parts.clock())
  const upTo = today.add({ days: AHEAD_DAYS })
  const failures: unknown[] = []
  await page(
    (after) => parts.db.orm.transaction((tx) => findDueClocks(tx, { today, upTo, after, limit: PAGE })),
    (due) => watchOne(parts, due).catch((error: unknown) => void failures.push(error)),
  )
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} deadlines of claims were not told`)
}

/** Before every clock. */
const FIRST: DueClock = { claimId: NOBODY, kind: 'APPEAL' }

/** Goes from page to page in order of claim and kind. */
async function page<Row extends DueClock>(
  next: (after: DueClock) => Promise<readonly Row[]>,
  each: (row: Row) => Promise<void>,
): Promise<void> {
  for (let after: DueClock = FIRST; ;) {
    const rows = await next(after)
    for (const row of rows) await each(row)
    const last = rows.at(-1)
    if (last === undefined) return
    after = last
  }
}

/** Serializable, as the steps of people are: a clock that was stopped meanwhile says nothing any more. */
const watchOne = ({ db, clock }: Parts, due: DueClock): Promise<void> =>
  db.orm.transaction(async (tx) => {
    const at = clock()
    const claim = await findClaim(tx, due.claimId)
    const kept = claim === null ? null : await findLastClock(tx, claim, due.kind)
    if (claim === null || kept === null) return
    const standing = { today: dayOf(at), alarmDays: claimRulesOf(claim.pool).alarm.workingDays }
    if (isBreached(kept, standing.today)) {
      await saveClock(tx, { ...kept, breachedAt: at })
      await note(tx, claim, 'BREACHED', { kind: kept.kind, at })
      await tellBreach(tx, claim, kept, at)
    } else if (isAlarming(kept, standing)) {
      await saveClock(tx, { ...kept, alarmedAt: at })
      await tellAlarm(tx, claim, kept, at)
    }
  }, 'serializable')

/** Papers are the person's to bring; all else is to be done by the agency, and the person learns that it is late. */
async function tellBreach(tx: Tx, claim: Claim, clock: KeptClock, at: Temporal.Instant): Promise<void> {
  const template = clock.kind === 'SUPPLEMENT' ? 'supplement-over' : 'overdue'
  await tellClaimant(tx, claim, { template, at, data: dueOf(clock) })
  await tellClaimStaff(tx, claim, { template: 'breached', at, data: dueOf(clock) })
}

const tellAlarm = (tx: Tx, claim: Claim, clock: KeptClock, at: Temporal.Instant): Promise<void> =>
  clock.kind === 'SUPPLEMENT'
    ? tellClaimant(tx, claim, { template: 'supplement-due', at, data: dueOf(clock) })
    : tellClaimStaff(tx, claim, { template: 'due-soon', at, data: dueOf(clock) })

const note = (
  tx: Tx,
  claim: Claim,
  kind: string,
  { kind: clock, at }: { readonly kind: ClockKind; readonly at: Temporal.Instant },
): Promise<void> =>
  addClaimEvent(tx, claim, { kind, state: claim.state, at, by: BY_RULE, words: null, data: { clock } })

/**
 * Counts deadlines anew that were counted before the holidays of their year were published, and tells the person where the
 * day has moved. Each page is a transaction of its own.
 */
export const countClaimClocks = ({ db, clock: now }: Parts, calendar: Calendar = WORKING_DAYS): Promise<void> =>
  page(
    (after) =>
      db.orm.transaction(async (tx) => {
        const held = await holdProvisionalClocks(tx, after, PAGE)
        for (const one of held) await countOne(tx, one, { calendar, at: now() })
        return held
      }),
    () => Promise.resolve(),
  )

async function countOne(
  tx: Tx,
  one: KeptClock,
  { calendar, at }: { readonly calendar: Calendar; readonly at: Temporal.Instant },
): Promise<void> {
  const anew = { ...one, ...recount(one, calendar) }
  if (anew.provisional) return
  await saveClock(tx, anew)
  if (anew.dueOn === null || (one.dueOn !== null && anew.dueOn.equals(one.dueOn))) return
  const claim = await findClaim(tx, one.claimId)
  if (claim === null) return
  await note(tx, claim, 'DUE_MOVED', { kind: one.kind, at })
  await tellClaimant(tx, claim, { template: 'due-moved', at, data: dueOf(anew) })
}
