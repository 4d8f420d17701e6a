import type { Fault } from '@yibao/schema/ids'

/** A month close and a year's end are within reach; a slip of the keyboard does not lead into another century. */
const DAYS_MAX = 400

/** Why the time of a sandbox cannot be moved from `now` to `to`; null when it can. */
export function sandboxTimeFault(now: Temporal.Instant, to: Temporal.Instant): Fault | null {
  if (Temporal.Instant.compare(to, now) <= 0) {
    return { code: 'IN_THE_PAST', message: { zh: '时间只能向后推移', en: 'must be later: time only moves on' } }
  }
  if (now.until(to).total('hours') > DAYS_MAX * 24) {
    return {
      code: 'TOO_FAR',
      message: { zh: `一次最多推移 ${DAYS_MAX} 天`, en: `must be at most ${DAYS_MAX} days ahead in one move` },
    }
  }
  return null
}
