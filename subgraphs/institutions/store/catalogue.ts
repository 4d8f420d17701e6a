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

const ofPool = (pool: string | null): SQL | undefined =>
  pool === null ? isNull(catalogueEntry.pool) : or(isNull(catalogueEntry.pool), eq(catalogueEntry.pool, pool))

/** Of a national entry and one of the pool itself, the pool's own counts. */
const entries = (tx: ReadTx, where: SQL | undefined) =>
  tx
    .selectDistinctOn([catalogueEntry.code])
    .from(catalogueEntry)
    .where(where)
    .orderBy(asc(catalogueEntry.code), sql`${catalogueEntry.pool} nulls last`)

/** The entries in force of these codes. */
export const findItems = (tx: ReadTx, codes: readonly string[], { on, pool }: Point): Promise<Item[]> =>
  entries(tx, and(inArray(catalogueEntry.code, [...codes]), inForce(catalogueEntry, on), ofPool(pool)))

/** Entries in force in order of code, after the one with code `after`, of those the search finds. */
export const listItems = (
  tx: ReadTx,
  { limit, after, search, on, pool }: Point & { limit: number; after: string | null; search: string | null },
): Promise<Item[]> =>
  entries(
    tx,
    and(
      after === null ? undefined : gt(catalogueEntry.code, after),
      search === null ? undefined : matching(search),
      inForce(catalogueEntry, on),
      ofPool(pool),
    ),
  ).limit(limit)

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
