import { before } from '@yibao/schema/dates'
import { ZERO } from '@yibao/schema/money'
import { reckon, type Bill } from './contribution.ts'
import { ruleName, type ContributionRule } from './contribution-rule.ts'

/** A pool's rule of the retired, and the months it is to be carried out for. */
export interface RetiredRun {
  readonly rule: ContributionRule
  readonly period: string
}

const monthOf = (day: Temporal.PlainDate): string => day.toString().slice(0, 7)

/**
 * Which months of which pools are due: this one from its day on, and those since the last that was begun, so that a
 * platform that stood still makes up for it. A platform that begins has no months before.
 */
export function dueRuns(
  rules: readonly ContributionRule[],
  begun: ReadonlyMap<string, string>,
  today: Temporal.PlainDate,
): RetiredRun[] {
  return rules.flatMap((rule) => {
    if (rule.creditDay === undefined || before(today, rule.from) || (rule.to !== null && before(rule.to, today)))
      return []
    const last = begun.get(rule.pool)
    const runs: RetiredRun[] = []
    let month = Temporal.PlainDate.from(`${last ?? monthOf(today)}-01`)
    while (!before(today, month.with({ day: rule.creditDay.day }))) {
      runs.push({ rule, period: monthOf(month) })
      month = month.add({ months: 1 })
    }
    return runs
  })
}

/** Somebody retired on the day of the credit. */
export interface Retired {
  readonly insuredId: string
  readonly personType: string
}

/** The record of a month for somebody retired: nothing is owed, and the account is credited. */
export function billRetired(
  { insuredId, personType }: Retired,
  { rule, period }: RetiredRun,
  id: string,
  now: Temporal.Instant,
): Bill {
  const { credit } = reckon(rule, { base: null, withAccount: true })
  const { pool, insuranceType } = rule
  return {
    id,
    insuredId,
    pool,
    insuranceType,
    period,
    sequence: 0,
    kind: 'RETIRED',
    personType,
    employer: null,
    base: null,
    employerShare: ZERO,
    personShare: ZERO,
    governmentShare: ZERO,
    credit,
    dueOn: creditDayOf({ rule, period }),
    rule: ruleName(rule),
    corrects: null,
    madeAt: now,
    receiptId: null,
    paidAt: now,
  }
}

export const creditDayOf = ({ rule, period }: RetiredRun): Temporal.PlainDate =>
  Temporal.PlainDate.from(`${period}-01`).with({ day: rule.creditDay?.day ?? 1 })
