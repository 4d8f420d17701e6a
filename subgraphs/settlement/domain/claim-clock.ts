import { before, dayOf } from '@yibao/schema/dates'
import type { Text } from '@yibao/schema/rejection'
import { addWorkingDays, countWorkingDays, type CountedDay, type CountedDays } from '@yibao/schema/working-days'

/** Who is to do what in time: the agency to decide, the person to bring papers, the agency to pay, to decide an appeal. */
export type ClockKind = 'DECISION' | 'SUPPLEMENT' | 'PAYMENT' | 'APPEAL'

/** A stretch in which a clock ran, as ISO days. Its first day is not counted, its last one is; the last is null while it runs. */
export interface ClockRun {
  readonly from: string
  readonly to: string | null
}

/** A deadline in working days. */
export interface ClaimClock {
  readonly kind: ClockKind
  readonly startedAt: Temporal.Instant
  /** Working days there are in all. */
  readonly days: number
  /** Those used up before the last pause. */
  readonly used: number
  /** The stretches `used` and `dueOn` are counted from, the present one last. */
  readonly runs: readonly ClockRun[]
  /** Last day in time; null while it is paused. */
  readonly dueOn: Temporal.PlainDate | null
  /** Holidays of a year on the way are not published yet. */
  readonly provisional: boolean
  readonly pausedAt: Temporal.Instant | null
  readonly pauseReason: Text | null
  readonly stoppedAt: Temporal.Instant | null
  /** When it was told that the time is nearly over, and that it is over. */
  readonly alarmedAt: Temporal.Instant | null
  readonly breachedAt: Temporal.Instant | null
}

/** What a last day is judged by, of a claim or of anything else that is to be done in time. */
export type Deadline = Pick<ClaimClock, 'dueOn' | 'pausedAt' | 'stoppedAt' | 'alarmedAt' | 'breachedAt'>

/** What working days are counted by. */
export interface Calendar {
  add(from: Temporal.PlainDate, count: number): CountedDay
  count(from: Temporal.PlainDate, to: Temporal.PlainDate): CountedDays
}

/** The calendar that ships with the platform. */
export const WORKING_DAYS: Calendar = { add: addWorkingDays, count: countWorkingDays }

interface Starting {
  readonly kind: ClockKind
  readonly days: number
  readonly at: Temporal.Instant
}

/** A clock that begins to run; the day it begins on is not counted. */
export const startClock = ({ kind, days, at }: Starting, calendar = WORKING_DAYS): ClaimClock =>
  counted(
    {
      kind,
      startedAt: at,
      days,
      used: 0,
      runs: [{ from: dayOf(at).toString(), to: null }],
      dueOn: null,
      provisional: false,
      pausedAt: null,
      pauseReason: null,
      stoppedAt: null,
      alarmedAt: null,
      breachedAt: null,
    },
    calendar,
  )

export const isRunning = (clock: Deadline): boolean => clock.stoppedAt === null && clock.pausedAt === null

/** A clock that stands still from now on. The day it is stopped on is used up: what is not counted begins the day after. */
export function pauseClock(
  clock: ClaimClock,
  { at, reason }: { readonly at: Temporal.Instant; readonly reason: Text },
  calendar = WORKING_DAYS,
): ClaimClock {
  if (!isRunning(clock)) return clock
  const runs = clock.runs.map((run) => (run.to === null ? { ...run, to: dayOf(at).toString() } : run))
  return counted({ ...clock, runs, pausedAt: at, pauseReason: reason }, calendar)
}

/** A paused clock that goes on with the days it has left; the day it goes on from is not counted. */
export function goOn(clock: ClaimClock, at: Temporal.Instant, calendar = WORKING_DAYS): ClaimClock {
  if (clock.pausedAt === null || clock.stoppedAt !== null) return clock
  const runs = [...clock.runs, { from: dayOf(at).toString(), to: null }]
  // What was told of the old last day is told anew of the new one; a day that was missed stays missed.
  return counted({ ...clock, runs, pausedAt: null, pauseReason: null, alarmedAt: null }, calendar)
}

/** A clock whose business is done. */
export const stopClock = (clock: ClaimClock, at: Temporal.Instant): ClaimClock =>
  clock.stoppedAt === null ? { ...clock, stoppedAt: at } : clock

/**
 * The clock counted once more by a calendar that knows more years. What binds the agency becomes the day it is by that
 * calendar; a last day that was told to the person, for papers, never becomes an earlier one.
 */
export function recount(clock: ClaimClock, calendar = WORKING_DAYS): ClaimClock {
  const anew = counted(clock, calendar)
  const told = clock.kind === 'SUPPLEMENT' ? clock.dueOn : null
  if (told === null || anew.dueOn === null || !before(anew.dueOn, told)) return anew
  return { ...anew, dueOn: told }
}

function counted(clock: ClaimClock, calendar: Calendar): ClaimClock {
  let used = 0
  let provisional = false
  for (const { from, to } of clock.runs) {
    const start = Temporal.PlainDate.from(from)
    if (to === null) {
      const due = calendar.add(start, Math.max(0, clock.days - used))
      return { ...clock, used, dueOn: due.day, provisional: provisional || due.provisional }
    }
    const run = calendar.count(start, Temporal.PlainDate.from(to))
    used += run.days
    provisional ||= run.provisional
  }
  return { ...clock, used, dueOn: null, provisional }
}

export type ClockColour = 'GREEN' | 'YELLOW' | 'RED' | 'PAUSED'

/** Working days of its time at which an alarm is raised are data of the pool. */
interface Standing {
  readonly today: Temporal.PlainDate
  /** With so many working days left, or fewer, it is nearly over. */
  readonly alarmDays: number
}

/** How urgent it is; null of what is done. */
export function colourOf(clock: Deadline, { today, alarmDays }: Standing): ClockColour | null {
  if (clock.stoppedAt !== null) return null
  if (clock.dueOn === null) return 'PAUSED'
  const left = daysLeft(clock, today)
  if (left === null || left < 0) return 'RED'
  return left <= alarmDays ? 'YELLOW' : 'GREEN'
}

/** Working days from tomorrow to the last day; negative for as many as it is over; null while it does not run. */
export function daysLeft({ dueOn, stoppedAt }: Deadline, today: Temporal.PlainDate, calendar = WORKING_DAYS) {
  if (dueOn === null || stoppedAt !== null) return null
  // On the first day after the last one it is late, worked or not.
  return before(dueOn, today) ? -Math.max(1, calendar.count(dueOn, today).days) : calendar.count(today, dueOn).days
}

/** The last day on which nothing is said yet: the day after it the alarm is raised. */
export const isAlarming = (clock: Deadline, standing: Standing): boolean =>
  isRunning(clock) && clock.alarmedAt === null && colourOf(clock, standing) === 'YELLOW'

/** Whether its time is over and nobody was told. */
export const isBreached = (clock: Deadline, today: Temporal.PlainDate): boolean =>
  isRunning(clock) && clock.breachedAt === null && clock.dueOn !== null && before(clock.dueOn, today)

/** Between which deadlines a claim has a colour today, both days included. */
export function daysOfColour(colour: Exclude<ClockColour, 'PAUSED'>, { today, alarmDays }: Standing) {
  // Up to the day before the working day that is one too many.
  const lastYellow = addWorkingDays(today, alarmDays + 1).day.subtract({ days: 1 })
  if (colour === 'RED') return { from: null, to: today.subtract({ days: 1 }) }
  if (colour === 'YELLOW') return { from: today, to: lastYellow }
  return { from: lastYellow.add({ days: 1 }), to: null }
}
