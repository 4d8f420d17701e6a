import type { CareKind } from './care-type.ts'
import type { Agreement } from './facts.ts'
import type { OpenStays } from './policy.ts'
import { careNotOffered, institutionSuspended, notDesignated, suspendedThen } from './refusals.ts'
import type { Level } from './split-input.ts'

/** What the agreement is looked for. */
export interface DesignationQuery {
  /** Pool the person is insured in; an agreement with it goes before those with others. */
  readonly pool: string
  readonly careKind: CareKind
  /** The day on which the treatment ended. */
  readonly on: Temporal.PlainDate
  /** Moments of the care that no suspension may hold, though it be over by now. */
  readonly at?: readonly Temporal.Instant[]
  /** A stay that was opened here, and what its pool says of such stays. */
  readonly stay?: {
    readonly openedAt: Temporal.Instant
    readonly admittedOn: Temporal.PlainDate
    readonly rule: OpenStays
  }
}

/**
 * The agreement a bill is settled under, with the level the institution had on the day. A suspension counts at once,
 * whatever the day of the treatment; only a stay that was opened before it may go on, as the pool says. Throws NotAllowed
 * when there is no agreement in force, or when an institution of that kind does not offer the care.
 */
export function findAgreement(agreements: readonly Agreement[], query: DesignationQuery): Agreement {
  const own = agreements.filter((one) => one.pool === query.pool)
  const candidates = own.length > 0 ? own : agreements
  const day = query.on.toString()
  const current = candidates.filter((one) => holdsOn(one, day))
  const active = current.find((one) => one.status === 'ACTIVE' && !wasSuspended(one, query.at ?? []))
  const found = active ?? candidates.find((one) => goesOn(one, query))
  if (found === undefined) throw refusalOf(candidates, current, query)
  if ((found.kind === 'PHARMACY') !== (query.careKind === 'PHARMACY')) throw careNotOffered()
  const level = levelOn(found, day)
  return level === found.level ? found : { ...found, level }
}

/** The bureau that clears for an institution: that of the pool which insures the person, where it has an agreement with it. */
export const agencyOf = (agreements: readonly Agreement[], pool: string | null, other: string | null): string | null =>
  agreements.some((one) => one.pool === pool) ? pool : other

const holdsOn = ({ beginOn, endOn }: Agreement, day: string): boolean =>
  beginOn <= day && (endOn === null || day <= endOn)

function refusalOf(candidates: readonly Agreement[], current: readonly Agreement[], { on }: DesignationQuery) {
  const withdrawn = current.find((one) => one.status !== 'ACTIVE')
  if (withdrawn !== undefined) return institutionSuspended(withdrawn)
  return current.length > 0 ? suspendedThen() : notDesignated(on, candidates.at(-1) ?? null)
}

const isBefore = (a: Temporal.Instant, b: Temporal.Instant): boolean => Temporal.Instant.compare(a, b) < 0

const wasSuspended = ({ suspensions }: Agreement, moments: readonly Temporal.Instant[]): boolean =>
  (suspensions ?? []).some(([from, to]) => {
    const [begin, end] = [Temporal.Instant.from(from), Temporal.Instant.from(to)]
    return moments.some((at) => !isBefore(at, begin) && isBefore(at, end))
  })

/** Whether a stay was opened while the agreement held, and may still be settled by what its pool says. */
function goesOn(agreement: Agreement, { stay, on }: DesignationQuery): boolean {
  if (stay === undefined || !holdsOn(agreement, stay.admittedOn.toString())) return false
  const { since } = agreement
  if (since !== null && !isBefore(stay.openedAt, Temporal.Instant.from(since))) return false
  if (wasSuspended(agreement, [stay.openedAt])) return false
  return stay.rule[lapseOf(agreement, on)] === 'SETTLE_WHAT_WAS_ADMITTED'
}

/** What ended an agreement, or interrupts it. */
function lapseOf({ status, cause, endOn }: Agreement, on: Temporal.PlainDate): Exclude<keyof OpenStays, 'source'> {
  if (cause === 'FRAUD') return 'fraud'
  if (status === 'TERMINATED' || cause !== null) return status === 'SUSPENDED' ? 'suspended' : 'terminated'
  return endOn !== null && endOn < on.toString() ? 'expired' : 'suspended'
}

/** The level on a day; a change counts from its first day, and bills of the days before keep the level before. */
export function levelOn({ level, levels }: Agreement, day: string): Level {
  return (levels ?? []).findLast(([from]) => from === null || from <= day)?.[1] ?? level
}

/** Whether an agreement covers something beyond ordinary care on a day. */
export const hasCapability = ({ capabilities }: Agreement, capability: string, on: Temporal.PlainDate): boolean => {
  const day = on.toString()
  return (capabilities ?? []).some(
    ([name, from, to]) => name === capability && from <= day && (to === null || day <= to),
  )
}
