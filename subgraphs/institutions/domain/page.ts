import { InvalidInput, type Problem } from '@yibao/schema/rejection'

export const PAGE_DEFAULT = 20
export const PAGE_MAX = 100

/** Version of the cursor form; a cursor of another version is refused, not misread. */
const VERSION = 'v1'

/** An opaque place in a list ordered by a unique text key. */
export const cursorOf = (key: string): string => Buffer.from(`${VERSION}:${key}`).toString('base64url')

function keyOf(cursor: string): string | null {
  const text = Buffer.from(cursor, 'base64url').toString()
  // The round trip refuses what the decoder would silently pass over.
  return text.startsWith(`${VERSION}:`) && cursorOf(text.slice(3)) === cursor ? text.slice(3) : null
}

export interface PageInput {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

export interface PageWanted {
  readonly size: number
  /** The key after which the page begins; null from the start. */
  readonly after: string | null
}

/** Reads the paging arguments; problems are added to `problems`. */
export function readPage({ first, after }: PageInput, problems: Problem[]): PageWanted {
  const size = first ?? PAGE_DEFAULT
  if (size < 1 || size > PAGE_MAX) {
    const message = { zh: `应在 1 与 ${PAGE_MAX} 之间`, en: `must be between 1 and ${PAGE_MAX}` }
    problems.push({ path: 'first', code: 'RANGE', message })
  }
  const key = after == null ? null : keyOf(after)
  if (after != null && key === null) {
    const message = { zh: '不是本列表给出的游标', en: 'is not a cursor this list gave' }
    problems.push({ path: 'after', code: 'CURSOR', message })
  }
  return { size, after: key }
}

export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

/** A page out of `size + 1` rows: the extra one only tells that there are more. */
export function pageOf<T>(rows: readonly T[], size: number, key: (row: T) => string): Page<T> {
  const edges = rows.slice(0, size).map((node) => ({ cursor: cursorOf(key(node)), node }))
  return { edges, pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null } }
}

/** Throws when something was wrong. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw InvalidInput.of(problems)
}
