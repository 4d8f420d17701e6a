import { parseDay, before } from '@yibao/schema/dates'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'

/** Classes of latency: each holds what took at most so many milliseconds, and one more what took longer. */
export const LATENCY_MS = [2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000, 5000] as const
const CLASSES = LATENCY_MS.length + 1

/** The class a duration falls into. */
export function classOf(milliseconds: number): number {
  const found = LATENCY_MS.findIndex((most) => milliseconds <= most)
  return found === -1 ? LATENCY_MS.length : found
}

/** How often the system of an institution asked, and how it was answered. */
export interface Score {
  requests: number
  accepted: number
  /** Refused because others were under way with the same, or because the request id was used for something else. */
  conflicts: number
  /** Neither settled nor refused: an outage. */
  failures: number
  reversals: number
  /** How many were refused, by code. */
  refusals: Readonly<Record<string, number>>
  /** How many settlements fell into each class of latency. */
  readonly latency: number[]
}

export const emptyScore = (): Score => ({
  requests: 0,
  accepted: 0,
  conflicts: 0,
  failures: 0,
  reversals: 0,
  refusals: {},
  latency: Array.from({ length: CLASSES }, () => 0),
})

export function addScores(a: Score, b: Score): Score {
  const refusals = { ...a.refusals }
  for (const [code, count] of Object.entries(b.refusals)) refusals[code] = (refusals[code] ?? 0) + count
  return {
    requests: a.requests + b.requests,
    accepted: a.accepted + b.accepted,
    conflicts: a.conflicts + b.conflicts,
    failures: a.failures + b.failures,
    reversals: a.reversals + b.reversals,
    refusals,
    latency: Array.from({ length: CLASSES }, (_, i) => (a.latency[i] ?? 0) + (b.latency[i] ?? 0)),
  }
}

/**
 * Within how many milliseconds a share of the settlements was answered: the upper end of the class it falls into. Null
 * when there are none, or when it is more than the last class says.
 */
export function latencyOf({ latency }: Pick<Score, 'latency'>, share: number): number | null {
  const all = latency.reduce((sum, one) => sum + one, 0)
  if (all === 0) return null
  let seen = 0
  const found = latency.findIndex((one) => (seen += one) >= Math.ceil(all * share))
  return LATENCY_MS[found] ?? null
}

const DAYS_MAX = 366

/** Reads the days a scorecard is asked for, both of them in it. @throws InvalidInput */
export function readDays(from: string, to: string): { from: Temporal.PlainDate; to: Temporal.PlainDate } {
  const [first, last] = [parseDay(from), parseDay(to)]
  const problems: Problem[] = []
  const fault = (path: string, code: string, zh: string, en: string) =>
    problems.push({ path, code, message: { zh, en } })
  if (first === null) fault('from', 'DATE', '应为 yyyy-MM-dd 的日期', 'must be a day, yyyy-MM-dd')
  if (last === null) fault('to', 'DATE', '应为 yyyy-MM-dd 的日期', 'must be a day, yyyy-MM-dd')
  if (first !== null && last !== null) {
    if (before(last, first)) fault('to', 'DATES_REVERSED', '早于开始日期', 'is before from')
    else if (first.until(last).days >= DAYS_MAX)
      fault('to', 'TOO_LONG', `最多 ${DAYS_MAX} 天`, `must be within ${DAYS_MAX} days`)
  }
  if (first === null || last === null || problems.length > 0) throw InvalidInput.of(problems)
  return { from: first, to: last }
}
