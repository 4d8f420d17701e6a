import type { Policy } from './policy.ts'
import { mentions } from './policy-mentions.ts'

/**
 * How many months without a gap were paid up to the month that decides, or up to the one before it, which is often paid
 * after care began. `months` are those paid (`2026-03`), in whatever pool: insurance goes on when a person moves.
 */
export function continuousMonths(months: readonly string[], on: Temporal.PlainDate): number {
  const paid = new Set(months)
  const deciding = Temporal.PlainYearMonth.from({ year: on.year, month: on.month })
  let month = paid.has(deciding.toString()) ? deciding : deciding.subtract({ months: 1 })
  let count = 0
  for (; paid.has(month.toString()); month = month.subtract({ months: 1 })) count += 1
  return count
}

const asking = new WeakMap<readonly Policy[], ReadonlySet<string>>()

/** The pools of which some policy depends on how long a person has been insured. */
export function poolsAskingMonths(policies: readonly Policy[]): ReadonlySet<string> {
  const known = asking.get(policies)
  if (known !== undefined) return known
  const pools = new Set(policies.filter(asksMonths).map(({ pool }) => pool.code))
  asking.set(policies, pools)
  return pools
}

/** Whether a policy depends on how long the person has been insured. */
export const asksMonths = ({ payers, crossArea }: Policy): boolean =>
  ['insuredMonthsFrom', 'insuredMonthsBelow'].some((name) => mentions([payers, crossArea], name))
