import type { ReadTx } from '@yibao/drizzle/connect'
import { catalogueEntry, ceilingEntry, selfPayEntry } from '@yibao/drizzle/institutions'
import { and, asc, eq, gt, gte, inArray, isNull, like, lte, or, sql, type SQL } from 'drizzle-orm'
import type { Ceiling, Item, SelfPay } from '../domain/catalogue.ts'

/** On which day, and for which pool; null sees only what is valid in the whole country. */
export interface Point {
  readonly on: Temporal.PlainDate
  readonly pool: string | null
}

type View = typeof catalogueEntry | typeof selfPayEntry | typeof ceilingEntry

const inForce = (view: View, on: Temporal.PlainDate): SQL | undefined =>
  and(lte(view.beginOn, on), or(isNull(view.endOn), gte(view.endOn, on)))

/**
 * In force at a point: the pool's own entries, and the national ones it has no own for. "(select …) is null" and not
 * "not exists", which the planner turns into a hash of the whole catalogue: a page out of 100,000 items took 850 ms
 * with it, some 30 ms without.
 */
function at({ on, pool }: Point): SQL | undefined {
  const current = inForce(catalogueEntry, on)
  if (pool === null) return and(current, isNull(catalogueEntry.pool))
  const day = on.toString()
  const own = sql`(select 1 from ${catalogueEntry} own where own.code = ${catalogueEntry.code} and own.pool = ${pool}
    and own.begin_on <= ${day} and (own.end_on is null or own.end_on >= ${day}) limit 1)`
  return and(current, or(eq(catalogueEntry.pool, pool), and(isNull(catalogueEntry.pool), isNull(own))))
}

/** The entries in force of these codes. */
export const findItems = (tx: ReadTx, codes: readonly string[], point: Point): Promise<Item[]> =>
  tx
    .select()
    .from(catalogueEntry)
    .where(and(inArray(catalogueEntry.code, [...codes]), at(point)))

/** Entries in force in order of code, after the one with code `after`, of those the search finds. */
export const listItems = (
  tx: ReadTx,
  { limit, after, search, ...point }: Point & { limit: number; after: string | null; search: string | null },
): Promise<Item[]> =>
  tx
    .select()
    .from(catalogueEntry)
    .where(
      and(
        after === null ? undefined : gt(catalogueEntry.code, after),
        search === null ? undefined : matching(search),
        at(point),
      ),
    )
    .orderBy(asc(catalogueEntry.code))
    .limit(limit)

/** Letters and digits are the beginning of a code, or stand in the initials; anything else is part of the name. */
function matching(search: string): SQL | undefined {
  const literal = search.replaceAll(/[\\%_]/g, String.raw`\$&`)
  if (!/^[a-z0-9]+$/i.test(search)) return like(catalogueEntry.name, `%${literal}%`)
  const code = like(catalogueEntry.code, `${literal.toUpperCase()}%`)
  return or(code, like(catalogueEntry.pinyin, `%${literal.toLowerCase()}%`))
}

/** First self-payment ratios in force of these codes in a pool. */
export const findSelfPays = (
  tx: ReadTx,
  codes: readonly string[],
  { on, pool }: { on: Temporal.PlainDate; pool: string },
): Promise<SelfPay[]> =>
  tx
    .select()
    .from(selfPayEntry)
    .where(and(inArray(selfPayEntry.code, [...codes]), eq(selfPayEntry.pool, pool), inForce(selfPayEntry, on)))
    .orderBy(asc(selfPayEntry.code), asc(selfPayEntry.personClass))

/** Price ceilings in force of these codes in a pool. */
export const findCeilings = (
  tx: ReadTx,
  codes: readonly string[],
  { on, pool }: { on: Temporal.PlainDate; pool: string },
): Promise<Ceiling[]> =>
  tx
    .select()
    .from(ceilingEntry)
    .where(and(inArray(ceilingEntry.code, [...codes]), eq(ceilingEntry.pool, pool), inForce(ceilingEntry, on)))
    .orderBy(asc(ceilingEntry.code), asc(ceilingEntry.level))
