import { before, dayOf } from '@yibao/schema/dates'
import { NotAllowed } from '@yibao/schema/rejection'
import { checkChange } from './file.ts'
import type { Filing } from './filing.ts'
import type { FilingRules } from './rules.ts'

/** Ends a filing from the next day; today it still holds, so that a bill of today is not torn in two. */
export function cancel(filing: Filing, rules: FilingRules, now: Temporal.Instant): Filing {
  const today = dayOf(now)
  if (filing.cancelledFrom !== null) {
    throw NotAllowed.of({
      code: 'FILING_CANCELLED',
      text: { zh: '该备案已取消或已被替代', en: 'the filing was already cancelled or replaced' },
    })
  }
  if (filing.endOn !== null && before(filing.endOn, today)) {
    throw NotAllowed.of({ code: 'FILING_EXPIRED', text: { zh: '该备案已到期', en: 'the filing has expired' } })
  }
  checkChange(filing, today, rules)
  return { ...filing, cancelledFrom: today.add({ days: 1 }), cancelledAt: now }
}
