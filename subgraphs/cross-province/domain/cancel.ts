import { dayOf } from '@yibao/schema/dates'
import { checkChange, checkNoStay, checkStanding, type OpenStay } from './change.ts'
import { isWaiting, type Filing } from './filing.ts'
import { withdraw } from './review.ts'
import type { FilingRules } from './rules.ts'

interface Situation {
  readonly rules: FilingRules
  readonly others: readonly Filing[]
  readonly stays: readonly OpenStay[]
  readonly now: Temporal.Instant
}

/**
 * Ends a filing, at once or from the next day as the home pool says: until then it holds, so that a bill of today is not
 * torn in two. One that is not decided yet is withdrawn.
 */
export function cancel(filing: Filing, { rules, others, stays, now }: Situation): Filing {
  if (isWaiting(filing)) return withdraw(filing, now)
  const today = dayOf(now)
  checkStanding(filing, others, today)
  checkChange(filing, today, rules)
  checkNoStay(filing, stays)

  const cancelledFrom = rules.cancellation === 'AT_ONCE' ? today : today.add({ days: 1 })
  return { ...filing, cancelledFrom, cancelledAt: now }
}
