import { before, parseDay } from '@yibao/schema/dates'
import type { Problem } from '@yibao/schema/rejection'

interface PeriodInput {
  readonly beginOn: string
  readonly endOn?: string | null | undefined
}

/** Reads a day; null, and a problem at `path`, when it is none. */
export function readDay(text: string, path: string, problems: Problem[]): Temporal.PlainDate | null {
  const day = parseDay(text)
  const message = { zh: '不是有效日期 yyyy-MM-dd', en: 'is not a day yyyy-MM-dd' }
  if (day === null) problems.push({ path, code: 'DATE_FORM', message })
  return day
}

/** Reads the first and the last day of a period, which may be open; `path` is what comes before the field. */
export function readPeriod({ beginOn, endOn }: PeriodInput, path: string, problems: Problem[]) {
  const begin = readDay(beginOn, `${path}beginOn`, problems)
  const end = endOn == null ? null : readDay(endOn, `${path}endOn`, problems)
  if (begin !== null && end !== null && before(end, begin)) problems.push(reversed(`${path}endOn`))
  return { begin, end }
}

export const reversed = (path: string): Problem => ({
  path,
  code: 'PERIOD_REVERSED',
  message: { zh: '结束日期早于开始日期', en: 'is before the first day' },
})
