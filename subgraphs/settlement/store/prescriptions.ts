import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import {
  dispensing,
  prescription,
  prescriptionItem,
  prescriptionNumber,
  prescriptionReview,
  prescriptionRevocation,
  prescriptionShowing,
} from '@yibao/drizzle/settlement-prescription'
import { and, asc, desc, eq, gte, inArray, lt, sql } from 'drizzle-orm'
import type { Dispensing, Prescription, PrescriptionRecord, Review, Revocation } from '../domain/prescription.ts'
import type { Range } from '../domain/range.ts'
import { ofPerson } from './merge-person.ts'

type Db = ReadTx | Tx
type Row = typeof prescription.$inferSelect
type Below = typeof prescriptionItem | typeof prescriptionReview | typeof prescriptionRevocation | typeof dispensing

/** Where a prescription lies. */
export interface PrescriptionKey {
  readonly insuredId: string
  readonly id: string
}

/** Prescriptions by id, with all that hangs below them; those the reader may not see are left out. */
export async function findPrescriptions(db: Db, ids: readonly string[]): Promise<PrescriptionRecord[]> {
  const rows = await db
    .select()
    .from(prescription)
    .where(inArray(prescription.prescriptionId, [...ids]))
  return complete(db, rows)
}

/** What a page of prescriptions is narrowed to. */
export interface PrescriptionFilter {
  readonly institution?: string
  readonly pool?: string
  readonly insuredId?: string
}

/** A page of the prescriptions the reader may see, the latest first, one more than it holds. */
export async function listPrescriptions(
  db: Db,
  filter: PrescriptionFilter,
  { size, from, before }: Range,
): Promise<PrescriptionRecord[]> {
  const rows = await db
    .select()
    .from(prescription)
    .where(
      and(
        filter.institution === undefined ? undefined : eq(prescription.institution, filter.institution),
        filter.pool === undefined ? undefined : eq(prescription.pool, filter.pool),
        filter.insuredId === undefined ? undefined : ofPerson(prescription.insuredId, filter.insuredId),
        from === undefined ? undefined : gte(prescription.prescriptionId, from),
        before === undefined ? undefined : lt(prescription.prescriptionId, before),
      ),
    )
    .orderBy(desc(prescription.prescriptionId))
    .limit(size + 1)
  return complete(db, rows)
}

async function complete(db: Db, rows: readonly Row[]): Promise<PrescriptionRecord[]> {
  if (rows.length === 0) return []
  const [ids, owners] = [rows.map((row) => row.prescriptionId), rows.map((row) => row.insuredId)]
  const of = (table: Below) => and(inArray(table.insuredId, owners), inArray(table.prescriptionId, ids))
  const items = await db
    .select()
    .from(prescriptionItem)
    .where(of(prescriptionItem))
    .orderBy(asc(prescriptionItem.number))
  const reviews = await db
    .select()
    .from(prescriptionReview)
    .where(of(prescriptionReview))
    .orderBy(asc(prescriptionReview.number))
  const revocations = await db.select().from(prescriptionRevocation).where(of(prescriptionRevocation))
  const dispensed = await db
    .select()
    .from(dispensing)
    .where(of(dispensing))
    .orderBy(asc(dispensing.settlementId), asc(dispensing.line))
  return rows.map(({ prescriptionId: id, doctorCode, doctorName, ...row }) => {
    const revoked = revocations.find((one) => one.prescriptionId === id)
    return {
      ...row,
      id,
      doctor: { code: doctorCode, name: doctorName },
      items: items.filter((one) => one.prescriptionId === id),
      reviews: reviews.filter((one) => one.prescriptionId === id).map(reviewOf),
      revocation:
        revoked === undefined
          ? null
          : { doctor: { code: revoked.doctorCode, name: revoked.doctorName }, reason: revoked.reason, at: revoked.at },
      dispensings: dispensed.filter((one) => one.prescriptionId === id),
    }
  })
}

const reviewOf = (row: typeof prescriptionReview.$inferSelect): Review => ({
  number: row.number,
  institution: row.institution,
  pharmacist: { code: row.pharmacistCode, name: row.pharmacistName },
  result: row.result,
  reason: row.reason,
  at: row.at,
})

/** Adds a prescription; false when the institution has used its own number before. */
export async function addPrescription(tx: Tx, one: Prescription): Promise<boolean> {
  const { id: prescriptionId, insuredId, institution, ownNumber, doctor, items, ...rest } = one
  const key = { insuredId, prescriptionId }
  const numbered = await tx
    .insert(prescriptionNumber)
    .values({ ...key, institution, ownNumber })
    .onConflictDoNothing()
    .returning({ id: prescriptionNumber.prescriptionId })
  if (numbered.length === 0) return false
  const names = { doctorCode: doctor.code, doctorName: doctor.name }
  await tx.insert(prescription).values({ ...rest, ...key, ...names, institution, ownNumber })
  await tx.insert(prescriptionItem).values(items.map((item) => ({ ...item, ...key })))
  return true
}

export async function addReview(tx: Tx, { insuredId, id }: PrescriptionKey, review: Review): Promise<void> {
  const { pharmacist, ...rest } = review
  const names = { pharmacistCode: pharmacist.code, pharmacistName: pharmacist.name }
  await tx.insert(prescriptionReview).values({ ...rest, ...names, insuredId, prescriptionId: id })
}

export async function addRevocation(tx: Tx, { insuredId, id }: PrescriptionKey, by: Revocation): Promise<void> {
  const { doctor, reason, at } = by
  const names = { doctorCode: doctor.code, doctorName: doctor.name }
  await tx.insert(prescriptionRevocation).values({ ...names, insuredId, prescriptionId: id, reason, at })
}

/** Notes that a prescription was shown at an institution; once a day is enough. */
export async function addShowing(
  tx: Tx,
  { insuredId, id }: PrescriptionKey,
  where: { readonly institution: string; readonly day: Temporal.PlainDate; readonly at: Temporal.Instant },
): Promise<void> {
  await tx
    .insert(prescriptionShowing)
    .values({ ...where, insuredId, prescriptionId: id })
    .onConflictDoNothing()
}

/**
 * Raises the version of a person's money, so that a bill that is being decided on what was before is decided again: what
 * may be dispensed has changed.
 */
export async function raiseVersion(tx: Tx, insuredId: string, now: Temporal.Instant): Promise<void> {
  await tx.execute(sql`
    insert into settlement.person as p (insured_id, version, last_at) values (${insuredId}, 1, ${now.toString()})
    on conflict (insured_id) do update set version = p.version + 1`)
}

/** What settlements dispensed, in the order of their lines, as far as the reader may see it. */
export const listDispensings = async (db: Db, settlementIds: readonly string[]): Promise<Dispensing[]> =>
  db
    .select()
    .from(dispensing)
    .where(inArray(dispensing.settlementId, [...settlementIds]))
    .orderBy(asc(dispensing.settlementId), asc(dispensing.line))
