import { parseDay } from '@yibao/schema/dates'
import { Rejection } from '@yibao/schema/rejection'
import { decidingDays, lineIsCovered, spansPeriods, type CareDays, type Deciding } from './deciding-date.ts'
import type { Enrolment } from './facts.ts'
import type { Policy, PoolRules } from './policy.ts'
import { NotCovered, otherInsurance, poolWithoutPolicy, type NotCoveredReason } from './refusals.ts'

/** The enrolment a bill is settled under, and the days that decided so. */
export interface Coverage {
  readonly enrolment: Enrolment
  readonly rules: PoolRules
  readonly deciding: Deciding
  /** Whether a line of that day is covered, by the pool's rule for coverage that begins or ends during a stay. */
  readonly covers: (line: Temporal.PlainDate) => boolean
}

const SUSPENDED = '2'

/** Employees' insurance before residents': whoever has both is an employee. */
const byPreference = (a: Enrolment, b: Enrolment): number => a.insuranceType.localeCompare(b.insuranceType)

const inPeriod = ({ beginOn, endOn }: Enrolment, day: string): boolean =>
  beginOn <= day && (endOn === null || day <= endOn)

const coversDay = (one: Enrolment, day: Temporal.PlainDate): boolean =>
  one.status !== SUSPENDED && inPeriod(one, day.toString())

/**
 * Finds the enrolment that covers a bill on the day its pool lets decide. Throws NotCovered with the closest enrolment
 * and the reason, NotAllowed when the pool has no policies or the bill must be divided.
 */
export function findCoverage(
  enrolments: readonly Enrolment[],
  policies: readonly Policy[],
  { days, insuranceType }: { readonly days: CareDays; readonly insuranceType: string | null },
): Coverage {
  const wanted = enrolments
    .filter((one) => insuranceType === null || one.insuranceType === insuranceType)
    .toSorted(byPreference)
  let refusal: Rejection | null = null
  for (const group of groups(wanted)) {
    const found = coverageOf(group, policies, days)
    if (!(found instanceof Rejection)) return found
    // What holds the person back today says more than what was over long ago.
    if (refusal === null || (isPast(refusal) && !isPast(found))) refusal = found
  }
  if (wanted.length === 0 && enrolments.length > 0) throw otherInsurance()
  throw refusal ?? NotCovered.of(days.discharge, 'NOT_ENROLLED', null)
}

const isPast = (refusal: Rejection): boolean =>
  refusal instanceof NotCovered && ['ENDED', 'NOT_YET'].includes(String(refusal.details['reason']))

/** Enrolments in one insurance of one pool, among which the day chooses: a retirement makes two of them. */
const groups = (enrolments: readonly Enrolment[]): Enrolment[][] => [
  ...Map.groupBy(enrolments, (one) => `${one.pool} ${one.insuranceType}`).values(),
]

function coverageOf(group: readonly Enrolment[], policies: readonly Policy[], days: CareDays): Coverage | Rejection {
  const pool = group[0]?.pool ?? ''
  const rules = policies.find((policy) => policy.pool.code === pool)?.pool.rules
  if (rules === undefined) {
    // Whether the pool has policies is only worth telling to those it covers.
    return group.some((one) => coversDay(one, days.discharge))
      ? poolWithoutPolicy(pool)
      : refusalOf(group, days.discharge)
  }
  const deciding = decidingDays(rules, days)
  const { on, since } = deciding.personType
  const enrolment = group.find((one) => coversDay(one, on)) ?? lastThatCovered(group, rules, days)
  if (enrolment === undefined) return refusalOf(group, on)
  const earlier = group.find((one) => coversDay(one, since))
  if (earlier !== undefined && earlier.personType !== enrolment.personType)
    throw spansPeriods({ zh: '人员类别', en: 'person types' })
  const covers = (line: Temporal.PlainDate) => group.some((one) => coversLine(one, rules, { days, line }))
  // Admitted before the coverage began, where the admission decides: not a single line is covered.
  if (!days.lines.some(covers)) return refusalOf(group, days.admission)
  return { enrolment, rules, deciding, covers }
}

/** Coverage that ended during the stay: the last enrolment that covered any of it by the pool's rule. */
const lastThatCovered = (group: readonly Enrolment[], rules: PoolRules, days: CareDays): Enrolment | undefined =>
  group.findLast((one) => days.lines.some((line) => coversLine(one, rules, { days, line })))

function coversLine(
  one: Enrolment,
  rules: PoolRules,
  { days, line }: { readonly days: CareDays; readonly line: Temporal.PlainDate },
): boolean {
  const begin = parseDay(one.beginOn)
  if (one.status === SUSPENDED || begin === null) return false
  const end = one.endOn === null ? null : parseDay(one.endOn)
  return lineIsCovered(rules, { begin, end }, { careType: days.careType, admission: days.admission, line })
}

function refusalOf(group: readonly Enrolment[], day: Temporal.PlainDate): NotCovered {
  const on = day.toString()
  const current = group.find((one) => inPeriod(one, on))
  if (current !== undefined) {
    return NotCovered.of(day, current.reason === 'ARREARS' ? 'ARREARS' : 'SUSPENDED', current)
  }
  const waiting = group.find((one) => (one.enteredOn ?? one.beginOn) <= on && on < one.beginOn)
  if (waiting !== undefined) return NotCovered.of(day, 'WAITING', waiting)
  const closest = group.toSorted((a, b) => distance(a, on) - distance(b, on))[0] ?? null
  const reason: NotCoveredReason = closest === null ? 'NOT_ENROLLED' : closest.beginOn > on ? 'NOT_YET' : 'ENDED'
  return NotCovered.of(day, reason, closest)
}

/** Days, roughly, between a day and a period; only compared. */
const distance = ({ beginOn, endOn }: Enrolment, day: string): number =>
  beginOn > day ? ordinal(beginOn) - ordinal(day) : ordinal(day) - ordinal(endOn ?? day)

const ordinal = (day: string): number =>
  Number(day.slice(0, 4)) * 372 + Number(day.slice(5, 7)) * 31 + Number(day.slice(8))
