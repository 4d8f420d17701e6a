import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { stayElsewhere } from '@yibao/drizzle/cross-province-stay'
import { and, desc, eq, inArray, ne, sql } from 'drizzle-orm'
import type { StayElsewhere } from '../domain/stay.ts'
import { findOwnRecords } from './own-records.ts'

type Row = typeof stayElsewhere.$inferSelect

const asStay = ({ stayId: id, ...row }: Row): StayElsewhere => ({ ...row, id })

/**
 * Stays in other provinces by whose they are, the latest first, as far as the reader may see them; those of records that
 * were merged into a person's are the person's as well.
 */
export async function findStaysElsewhere(
  tx: ReadTx,
  insuredIds: readonly string[],
): Promise<Map<string, StayElsewhere[]>> {
  const records = await findOwnRecords(tx, insuredIds)
  const ids = records.map((one) => one.id)
  const rows = await tx
    .select()
    .from(stayElsewhere)
    .where(inArray(stayElsewhere.insuredId, ids))
    .orderBy(desc(stayElsewhere.admittedAt), desc(stayElsewhere.stayId))
  const ownerOf = new Map(records.map(({ id, owner }) => [id, owner]))
  return Map.groupBy(rows.map(asStay), ({ insuredId }) => ownerOf.get(insuredId) ?? insuredId)
}

/** A stay that the platform of this province announced; null when it announced none by this id. */
export async function findAnnounced(tx: Tx, { province, id }: { province: string; id: string }) {
  const [row] = await tx
    .select()
    .from(stayElsewhere)
    .where(and(eq(stayElsewhere.stayId, id), eq(stayElsewhere.province, province)))
  return row === undefined ? null : asStay(row)
}

/** Whether a stay stands under this number of the institution. */
export async function hasVisit(tx: Tx, { institution, visit }: { institution: string; visit: string }) {
  const rows = await tx
    .select({ id: stayElsewhere.stayId })
    .from(stayElsewhere)
    .where(
      and(
        eq(stayElsewhere.institution, institution),
        eq(stayElsewhere.visit, visit),
        ne(stayElsewhere.state, 'CANCELLED'),
      ),
    )
  return rows.length > 0
}

export async function addStayElsewhere(tx: Tx, { id, diagnoses, ...stay }: StayElsewhere): Promise<void> {
  await tx.insert(stayElsewhere).values({ ...stay, stayId: id, diagnoses: [...diagnoses] })
}

/** Writes what was announced of a stay since; who stays where never changes. */
export async function saveStayElsewhere(tx: Tx, stay: StayElsewhere): Promise<void> {
  const { id, insuredId, careType, department, diagnoses, admittedAt, dischargedAt, dischargeWay, state, changedAt } =
    stay
  await tx
    .update(stayElsewhere)
    .set({ careType, department, diagnoses: [...diagnoses], admittedAt, dischargedAt, dischargeWay, state, changedAt })
    .where(and(eq(stayElsewhere.insuredId, insuredId), eq(stayElsewhere.stayId, id)))
}

interface Shown {
  readonly insuredId: string
  readonly institution: string
  readonly from: Temporal.PlainDate
}

/** Whether the institution was shown a credential of the person since a day, from the view insured publishes. */
export async function wasShown(tx: Tx, { insuredId, institution, from }: Shown): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select from insured.presence_v1
    where insured_id = ${insuredId} and institution = ${institution} and day >= ${from.toString()} limit 1`)
  return rows.length === 1
}
