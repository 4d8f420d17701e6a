import type { Database, ReadTx, Tx } from '@yibao/drizzle/connect'
import { mutualAid } from '@yibao/drizzle/insured'
import { and, asc, eq, gt, inArray, or, sql } from 'drizzle-orm'
import type { MutualAid } from '../domain/mutual-aid.ts'

type Row = typeof mutualAid.$inferSelect

const asMutualAid = ({ bindingId: id, ...row }: Row): MutualAid => ({ ...row, id })

/** The bindings these persons are in, on either side, as far as the reader may see them: current ones first, by place. */
export async function findBindings(tx: ReadTx, insuredIds: readonly string[]): Promise<MutualAid[]> {
  const ids = [...insuredIds]
  const rows = await tx
    .select()
    .from(mutualAid)
    .where(or(inArray(mutualAid.insuredId, ids), inArray(mutualAid.sponsorId, ids)))
    .orderBy(asc(mutualAid.place), asc(mutualAid.bindingId))
  return rows.map(asMutualAid)
}

/** A binding of this person by id, as far as the reader may see it; null when there is none. */
export async function findBinding(tx: ReadTx, id: string, insuredId: string): Promise<MutualAid | null> {
  const [row] = await tx
    .select()
    .from(mutualAid)
    .where(and(eq(mutualAid.bindingId, id), or(eq(mutualAid.insuredId, insuredId), eq(mutualAid.sponsorId, insuredId))))
  return row === undefined ? null : asMutualAid(row)
}

export async function addBinding(tx: Tx, { id, ...rest }: MutualAid): Promise<void> {
  await tx.insert(mutualAid).values({ ...rest, bindingId: id })
}

/** Writes that a binding ended; the sponsors after it move up. */
export async function setBindingEnd(tx: Tx, one: MutualAid, place: number): Promise<void> {
  const { id, insuredId, endOn, endedAt, endedBy } = one
  await tx
    .update(mutualAid)
    .set({ place: null, endOn, endedAt, endedBy })
    .where(and(eq(mutualAid.insuredId, insuredId), eq(mutualAid.bindingId, id)))
  await tx
    .update(mutualAid)
    .set({ place: sql`${mutualAid.place} - 1` })
    .where(and(eq(mutualAid.insuredId, insuredId), gt(mutualAid.place, place)))
}

/** Puts the current bindings of a person into this order, in one statement, as two cannot have one place between. */
export async function setPlaces(tx: Tx, insuredId: string, bindingIds: readonly string[]): Promise<void> {
  await tx.execute(sql`
    update insured.mutual_aid m set place = wanted.place
    from unnest(${sql.param(bindingIds)}::uuid[]) with ordinality as wanted (binding_id, place)
    where m.insured_id = ${insuredId} and m.binding_id = wanted.binding_id`)
}

interface Day {
  readonly insuredId: string
  readonly day: Temporal.PlainDate
}

/**
 * Counts a look-up as one that finds nobody, before it is made, and answers how many that are; null when `max` are
 * reached. Beside the transaction of the request, so that a refusal does not take the count back with it, and on the
 * other connections, of which no transaction holds one while it waits for this.
 */
export async function countUnknownRelative(hot: Database['hot'], { insuredId, day }: Day, max: number) {
  const [row] = await hot.unsafe<{ count: number }>(
    `insert into insured.unknown_relative (insured_id, day, count) values ($1, $2, 1)
     on conflict (insured_id, day) do update set count = unknown_relative.count + 1
       where unknown_relative.count < $3
     returning count`,
    [insuredId, day, max],
  )
  return row?.count ?? null
}

/** Takes back one count: the look-up found somebody. */
export async function discountUnknownRelative(hot: Database['hot'], { insuredId, day }: Day): Promise<void> {
  await hot.unsafe('update insured.unknown_relative set count = count - 1 where insured_id = $1 and day = $2', [
    insuredId,
    day,
  ])
}
