import { parseDay } from '@yibao/schema/dates'
import { InvalidInput } from '@yibao/schema/rejection'
import { readFields, type Fields, type Maybe } from './fields.ts'
import { idFloor } from './settlement-id.ts'

const SIZE_DEFAULT = 20
const SIZE_MAX = 100
const ZONE = 'Asia/Shanghai'

/** Version of the cursor's form; a cursor of another version is refused, not misread. */
const VERSION = 'v1:'

/** The arguments of a list of settlements. */
export interface PageInput {
  readonly first?: Maybe<number>
  readonly after?: Maybe<string>
  /** First day, included. */
  readonly from?: Maybe<string>
  /** Last day, included. */
  readonly to?: Maybe<string>
}

export interface PageWanted {
  readonly size: number
  /** Smallest id, included. */
  readonly from: string | undefined
  /** Largest id, not included. */
  readonly before: string | undefined
}

export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

/** An opaque place in a list. */
const cursorOf = (id: string): string => Buffer.from(`${VERSION}${id}`).toString('base64url')

/** Reads paging arguments into bounds of the id, which is the time. Throws InvalidInput with every fault. */
export function readPage({ first, after, from, to }: PageInput): PageWanted {
  const fields = readFields()
  const size = first ?? SIZE_DEFAULT
  if (size < 1 || size > SIZE_MAX)
    fields.fault('first', 'OUT_OF_RANGE', { zh: `应在 1 与 ${SIZE_MAX} 之间`, en: `must be between 1 and ${SIZE_MAX}` })
  const cursor = readCursor(fields, after)
  const begin = readDay(fields, 'from', from)
  const end = readDay(fields, 'to', to)?.add({ days: 1 })
  if (fields.problems.length > 0) throw InvalidInput.of(fields.problems)
  const until = end && floorOf(end)
  return {
    size,
    from: begin && floorOf(begin),
    before: cursor !== undefined && until !== undefined ? (cursor < until ? cursor : until) : (cursor ?? until),
  }
}

const floorOf = (day: Temporal.PlainDate): string => idFloor(day.toZonedDateTime(ZONE).toInstant())

function readDay(fields: Fields, path: string, value: Maybe<string>): Temporal.PlainDate | undefined {
  if (value === null || value === undefined) return undefined
  const day = parseDay(value)
  if (day === null)
    fields.fault(path, 'MALFORMED', { zh: '不是有效的日期（yyyy-MM-dd）', en: 'is not a day (yyyy-MM-dd)' })
  return day ?? undefined
}

function readCursor(fields: Fields, after: Maybe<string>): string | undefined {
  if (after === null || after === undefined) return undefined
  const id = Buffer.from(after, 'base64url').toString().slice(VERSION.length)
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) && cursorOf(id) === after) return id
  fields.fault('after', 'CURSOR', { zh: '不是本列表给出的游标', en: 'is not a cursor this list gave' })
  return undefined
}

/** A page out of `size + 1` rows; the extra one only tells that there are more. */
export function pageOf<T extends { readonly id: string }>(rows: readonly T[], size: number): Page<T> {
  const edges = rows.slice(0, size).map((node) => ({ cursor: cursorOf(node.id), node }))
  return { edges, pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null } }
}
