import { parseDay } from '@yibao/schema/dates'
import { isUuidKey, readPage, type PageInput } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Maybe } from './fields.ts'
import { idFloor } from './settlement-id.ts'

const ZONE = 'Asia/Shanghai'

/** The arguments of a list of settlements. */
export interface RangeInput extends PageInput {
  /** First day, included. */
  readonly from?: Maybe<string>
  /** Last day, included. */
  readonly to?: Maybe<string>
}

/** The ids of a page, the latest first. */
export interface Range {
  readonly size: number
  /** Smallest id, included. */
  readonly from: string | undefined
  /** Largest id, not included. */
  readonly before: string | undefined
}

/** Reads page and period into bounds of the id, which is the time. @throws InvalidInput with every fault. */
export function readRange({ from, to, ...page }: RangeInput): Range {
  const problems: Problem[] = []
  const { size, after } = readPage(page, isUuidKey, problems)
  const begin = readDay('from', from, problems)
  const until = readDay('to', to, problems)?.add({ days: 1 })
  if (begin !== undefined && until !== undefined && Temporal.PlainDate.compare(begin, until) >= 0)
    problems.push({ path: 'from', code: 'AFTER_TO', message: { zh: '不能晚于 to', en: 'must not be after to' } })
  InvalidInput.throwIf(problems)
  const [before] = [after, until && floorOf(until)].filter((bound) => bound != null).toSorted()
  return { size, from: begin && floorOf(begin), before }
}

const EPOCH = Temporal.Instant.fromEpochMilliseconds(0)

/** No id is older than 1970, where the time in it begins. */
function floorOf(day: Temporal.PlainDate): string {
  const begin = day.toZonedDateTime(ZONE).toInstant()
  return idFloor(Temporal.Instant.compare(begin, EPOCH) < 0 ? EPOCH : begin)
}

function readDay(path: string, value: Maybe<string>, problems: Problem[]): Temporal.PlainDate | undefined {
  if (value === null || value === undefined) return undefined
  const day = parseDay(value)
  if (day === null) {
    const message = { zh: '不是有效的日期（yyyy-MM-dd）', en: 'is not a day (yyyy-MM-dd)' }
    problems.push({ path, code: 'MALFORMED', message })
  }
  return day ?? undefined
}
