import { parseInstant } from '@yibao/schema/dates'
import { problemAt } from '@yibao/schema/ids'
import { InvalidInput } from '@yibao/schema/rejection'

/** A month close and a year's end are within reach; a slip of the keyboard does not lead into another century. */
const DAYS_MAX = 400

/** The moment a sandbox is moved on to from `now`. Throws InvalidInput when it is none, not later, or too far ahead. */
export function readSandboxTime(now: Temporal.Instant, text: string): Temporal.Instant {
  const to = parseInstant(text)
  const fault = to === null ? NO_TIME : faultOf(now, to)
  if (to === null || fault !== null) throw InvalidInput.of([problemAt('to', fault ?? NO_TIME)])
  return to
}

const NO_TIME = { code: 'NOT_A_TIME', message: { zh: '应为带时区的时刻', en: 'must be a moment with its offset' } }

function faultOf(now: Temporal.Instant, to: Temporal.Instant) {
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
