import { before } from '@yibao/schema/dates'
import { fenOf, sum, ZERO, type Fen } from '@yibao/schema/money'
import { owed, placeAmong, reckon, type Bill } from './contribution.ts'
import { ruleName, type ContributionRule } from './contribution-rule.ts'

/** A pool's rule of the retired, and the months it is to be carried out for. */
export interface RetiredRun {
  readonly rule: ContributionRule
  readonly period: string
}

const yearMonth = (day: Temporal.PlainDate): string => day.toString().slice(0, 7)

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
    let month = Temporal.PlainDate.from(`${last ?? yearMonth(today)}-01`)
    while (!before(today, month.with({ day: rule.creditDay.day }))) {
      runs.push({ rule, period: yearMonth(month) })
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

/** What the month of a person stands at, of all their bills of it. */
export interface Month {
  /** Something was paid for it, less what corrections have taken off again. */
  readonly isPaid: boolean
  /** What it was credited as that of somebody retired. */
  readonly credited: Fen
}

/** Whether a month is paid, and credited as that of somebody retired: what is only billed, or void, is neither. */
export function monthOf(bills: readonly Bill[]): Month {
  const [credits, others] = [bills.filter(isCredit), bills.filter((one) => !isCredit(one))]
  const paid = sum(others.filter((one) => one.paidAt !== null).map(owed))
  return { isPaid: paid > 0n, credited: sum(credits.map((one) => one.credit)) }
}

const isCredit = ({ kind }: Bill): boolean => kind === 'RETIRED'

/**
 * The record of a month for somebody retired: nothing is owed, and the account is credited. It stands instead of what they
 * were billed before and did not pay; `existing` are all bills of the month.
 */
export function billRetired(
  { insuredId, personType }: Retired,
  { rule, period }: RetiredRun,
  { existing, id, now }: { readonly existing: readonly Bill[]; readonly id: string; readonly now: Temporal.Instant },
): Bill {
  const { credit } = reckon(rule, { base: null, withAccount: true })
  const { pool, insuranceType } = rule
  return {
    ...placeAmong(existing, { insuredId, pool, insuranceType, period }),
    id,
    insuredId,
    pool,
    insuranceType,
    period,
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
    madeAt: now,
    receiptId: null,
    paidAt: now,
  }
}

/** What takes back the credits of a month that was paid after all, an employer having declared it: each once. */
export function withdrawCredits(existing: readonly Bill[], newId: () => string, now: Temporal.Instant): Bill[] {
  const byPlace = Map.groupBy(existing.filter(isCredit), ({ insuredId, pool }) => `${insuredId} ${pool}`)
  return [...byPlace.values()].flatMap((credits) => {
    const [first] = credits
    const credited = sum(credits.map((one) => one.credit))
    if (first === undefined || credited <= 0n) return []
    const credit = fenOf(0n - credited)
    return [{ ...first, ...placeAmong(existing, first), id: newId(), credit, madeAt: now, paidAt: now }]
  })
}

export const creditDayOf = ({ rule, period }: RetiredRun): Temporal.PlainDate =>
  Temporal.PlainDate.from(`${period}-01`).with({ day: rule.creditDay?.day ?? 1 })
