import assert from 'node:assert/strict'
import type { NotAllowed } from '@yibao/schema/rejection'
import { benefitYear, type BenefitYear } from './benefit-year.ts'
import type { DateRule, DecidingDate, PoolRules } from './policy.ts'
import { startsWithOne } from './policy-condition.ts'
import { refusedAt } from './refusals.ts'

/** The days of a bill that a rule may look at. For outpatient care admission and discharge are the visit's days. */
export interface CareDays {
  readonly careType: string
  readonly admission: Temporal.PlainDate
  /** First day of the part of a stay that is settled; the admission unless said otherwise. */
  readonly since?: Temporal.PlainDate
  readonly discharge: Temporal.PlainDate
  readonly settlement: Temporal.PlainDate
  /** The day of each line; at least one. */
  readonly lines: readonly Temporal.PlainDate[]
}

/**
 * A day that decides. `since` is the first of the days that must agree with it: earlier than `on` only where each
 * line's day decides; then what is decided (policy, person type) must be the same on both, or the bill be divided.
 */
export interface DecidingDay {
  readonly on: Temporal.PlainDate
  readonly since: Temporal.PlainDate
}

export interface Deciding {
  readonly policy: DecidingDay
  readonly personType: DecidingDay
  readonly year: BenefitYear
  /** The day that decides the year, and the month and the quarter with it. */
  readonly yearOn: Temporal.PlainDate
}

/**
 * The days on which policy, person type and benefit year of a bill are decided, by the pool's rule for its care type.
 * Throws NotAllowed `INTERIM_SETTLEMENT_NEEDED` when the bill reaches over the end of a benefit year it must not cross.
 */
export function decidingDays(rules: PoolRules, days: CareDays): Deciding {
  const rule = ruleFor(rules, days)
  const { since } = days
  // A part that is settled in between is a bill of its own year.
  const isPart = rule.acrossYearEnd === 'INTERIM_SETTLEMENT' && since !== undefined
  const part = isPart ? { ...days, admission: since } : days
  const year = dayOf(rule.year, part)
  return {
    policy: dayOf(rule.policy, days),
    personType: dayOf(rule.personType, days),
    year: yearOf(rules, rule, part, year),
    yearOn: year.on,
  }
}

/** The day on which the policy of a bill is decided, by itself. */
export const policyDay = (rules: Pick<PoolRules, 'decidingDate'>, days: CareDays): DecidingDay =>
  dayOf(ruleFor(rules, days).policy, days)

function ruleFor({ decidingDate }: Pick<PoolRules, 'decidingDate'>, { careType }: CareDays): DecidingDate {
  const rule = decidingDate.find((one) => startsWithOne(one.careTypes, careType))
  if (rule === undefined) throw noRule(careType)
  return rule
}

/** Refusal of a bill whose lines fall on days with different policies or person types. */
export function spansPeriods(what: { zh: string; en: string }): NotAllowed {
  return refusedAt('BILL_SPANS_PERIODS', ['begin', 'end'], {
    zh: `明细日期跨越了不同的${what.zh}，请分开结算`,
    en: `the lines' days fall under different ${what.en}; settle them apart`,
  })
}

/** Whether a line is covered although coverage began or ended during the stay, by the pool's rule. */
export function lineIsCovered(
  rules: PoolRules,
  coverage: { readonly begin: Temporal.PlainDate; readonly end: Temporal.PlainDate | null },
  days: { readonly careType: string; readonly admission: Temporal.PlainDate; readonly line: Temporal.PlainDate },
): boolean {
  const isStay = days.careType.startsWith('2') || days.careType.startsWith('52')
  const on = isStay && rules.coverageLapse.stay === 'ADMISSION_DECIDES' ? days.admission : days.line
  const begun = Temporal.PlainDate.compare(coverage.begin, on) <= 0
  return begun && (coverage.end === null || Temporal.PlainDate.compare(on, coverage.end) <= 0)
}

function dayOf(rule: DateRule, days: CareDays): DecidingDay {
  if (rule === 'LINE') {
    const sorted = days.lines.toSorted((a, b) => Temporal.PlainDate.compare(a, b))
    const [since] = sorted
    const on = sorted.at(-1)
    assert(since !== undefined && on !== undefined, 'a bill has at least one line')
    return { on, since }
  }
  const on = rule === 'ADMISSION' ? days.admission : rule === 'DISCHARGE' ? days.discharge : days.settlement
  return { on, since: on }
}

function yearOf(rules: PoolRules, rule: DecidingDate, days: CareDays, day: DecidingDay): BenefitYear {
  const year = benefitYear(rules.benefitYear, day.on)
  // Where each line decides, a bill may not cross the year's end either, whatever the rule says about stays.
  const first = rule.acrossYearEnd === 'INTERIM_SETTLEMENT' ? days.admission : day.since
  const last = rule.acrossYearEnd === 'INTERIM_SETTLEMENT' ? days.discharge : day.on
  const outside = (one: Temporal.PlainDate) =>
    Temporal.PlainDate.compare(one, year.begin) < 0 || Temporal.PlainDate.compare(one, year.end) > 0
  if (!outside(first) && !outside(last)) return year
  throw refusedAt('INTERIM_SETTLEMENT_NEEDED', ['begin', 'end'], {
    zh: '费用跨越待遇年度，请按年度末日分开结算',
    en: 'the bill reaches over the end of a benefit year; settle each year apart',
  })
}

const noRule = (careType: string): NotAllowed =>
  refusedAt('NO_POLICY', ['careType'], {
    zh: `统筹区未规定医疗类别 ${careType} 的待遇时点`,
    en: `the pool has no date rule for care type ${careType}`,
  })
