import { InvalidInput, type Problem } from '@yibao/schema/rejection'

const SIZE_DEFAULT = 20
const SIZE_MAX = 100

/** Version of the cursor's form; a cursor of another version is refused, not misread. */
const VERSION = 'v1'

const cursorOf = (key: string): string => Buffer.from(`${VERSION}:${key}`).toString('base64url')

export interface PageInput {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

export interface PageWanted {
  readonly size: number
  /** The id after which the page begins; null from the start. */
  readonly after: string | null
}

/** Reads the paging arguments of a list ordered by UUID. @throws InvalidInput with all faults. */
export function readPage({ first, after }: PageInput): PageWanted {
  const problems: Problem[] = []
  const size = first ?? SIZE_DEFAULT
  if (size < 1 || size > SIZE_MAX) {
    const message = { zh: `应在 1 与 ${SIZE_MAX} 之间`, en: `must be between 1 and ${SIZE_MAX}` }
    problems.push({ path: 'first', code: 'RANGE', message })
  }
  const key = after
    ? Buffer.from(after, 'base64url')
        .toString()
        .slice(VERSION.length + 1)
    : null
  if (after && (!/^[0-9a-f-]{36}$/.test(key ?? '') || cursorOf(key ?? '') !== after)) {
    const message = { zh: '不是本列表给出的游标', en: 'is not a cursor this list gave' }
    problems.push({ path: 'after', code: 'CURSOR', message })
  }
  if (problems.length > 0) throw InvalidInput.of(problems)
  return { size, after: key }
}

export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

/** A page out of `size + 1` rows; the extra one only tells that there are more. */
export function pageOf<T extends { readonly id: string }>(rows: readonly T[], size: number): Page<T> {
  const edges = rows.slice(0, size).map((node) => ({ cursor: cursorOf(node.id), node }))
  return { edges, pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null } }
}
