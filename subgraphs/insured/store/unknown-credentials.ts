import type { Tx } from '@yibao/drizzle/connect'
import { unknownCredential } from '@yibao/drizzle/insured'
import { provinceUnknown } from '@yibao/drizzle/insured-credential'
import { and, eq, lt, sql } from 'drizzle-orm'

interface Place {
  readonly institution: string
  readonly day: Temporal.PlainDate
}

/**
 * Counts a look-up as one that finds nobody, before it is made, and answers how many that are; null when `max` are
 * reached. Counted first, as many look-ups at once cannot get past the limit together.
 */
export async function countUnknown(tx: Tx, place: Place, max: number): Promise<number | null> {
  const [row] = await tx
    .insert(unknownCredential)
    .values({ ...place, count: 1 })
    .onConflictDoUpdate({
      target: [unknownCredential.institution, unknownCredential.day],
      set: { count: sql`${unknownCredential.count} + 1` },
      setWhere: lt(unknownCredential.count, max),
    })
    .returning({ count: unknownCredential.count })
  return row?.count ?? null
}

/** Takes back one count: the look-up found somebody. */
export async function discountUnknown(tx: Tx, { institution, day }: Place): Promise<void> {
  await tx
    .update(unknownCredential)
    .set({ count: sql`${unknownCredential.count} - 1` })
    .where(and(eq(unknownCredential.institution, institution), eq(unknownCredential.day, day)))
}

interface Sender {
  readonly province: string
  readonly day: Temporal.PlainDate
}

/** The same for the platform of another province. False when `max` are reached. */
export async function countOfProvince(tx: Tx, sender: Sender, max: number): Promise<boolean> {
  const rows = await tx
    .insert(provinceUnknown)
    .values({ ...sender, count: 1 })
    .onConflictDoUpdate({
      target: [provinceUnknown.province, provinceUnknown.day],
      set: { count: sql`${provinceUnknown.count} + 1` },
      setWhere: lt(provinceUnknown.count, max),
    })
    .returning({ count: provinceUnknown.count })
  return rows.length === 1
}

export async function discountOfProvince(tx: Tx, { province, day }: Sender): Promise<void> {
  await tx
    .update(provinceUnknown)
    .set({ count: sql`${provinceUnknown.count} - 1` })
    .where(and(eq(provinceUnknown.province, province), eq(provinceUnknown.day, day)))
}
