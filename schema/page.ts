import type { Problem } from './rejection.ts'

const SIZE_DEFAULT = 20
const SIZE_MAX = 100

/** Version of the cursor's form; a cursor of another version is refused, not misread. */
const VERSION = 'v1:'

/** The paging arguments of a list, as a client gives them. */
export interface PageInput {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

export interface PageWanted {
  /** Rows of the page; a store reads one more. */
  readonly size: number
  /** The key after which the page begins; null from the start. */
  readonly after: string | null
}

/** A page of a list, in the form of a GraphQL connection. */
export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

/** An opaque place in a list ordered by a unique text. */
export const cursorOf = (key: string): string => Buffer.from(`${VERSION}${key}`).toString('base64url')

function keyOf(cursor: string): string | null {
  const text = Buffer.from(cursor, 'base64url').toString()
  // The round trip refuses what the decoder would silently pass over.
  return text.startsWith(VERSION) && cursorOf(text.slice(VERSION.length)) === cursor ? text.slice(VERSION.length) : null
}

/** Whether a key can be one of a list ordered by UUID. */
export const isUuidKey = (key: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key)

/** Whether a key can be a code: no character that no database keeps. */
export const isTextKey = (key: string): boolean => !/\p{Cc}/u.test(key)

/** Reads the paging arguments of a list whose keys are as `isKey` says; faults are added to `problems`. */
export function readPage(
  { first, after }: PageInput,
  isKey: (key: string) => boolean,
  problems: Problem[],
): PageWanted {
  const size = first ?? SIZE_DEFAULT
  if (size < 1 || size > SIZE_MAX) {
    const message = { zh: `应在 1 与 ${SIZE_MAX} 之间`, en: `must be between 1 and ${SIZE_MAX}` }
    problems.push({ path: 'first', code: 'RANGE', message })
  }
  const key = after == null ? null : keyOf(after)
  if (after != null && (key === null || !isKey(key))) {
    const message = { zh: '不是本列表给出的游标', en: 'is not a cursor this list gave' }
    problems.push({ path: 'after', code: 'CURSOR', message })
  }
  return { size, after: key }
}

/** A page out of `size + 1` rows: the extra one only tells that there are more. */
export function pageOf<T>(rows: readonly T[], size: number, key: (row: T) => string): Page<T> {
  const edges = rows.slice(0, size).map((node) => ({ cursor: cursorOf(key(node)), node }))
  return { edges, pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null } }
}
