import { dayOf } from '@yibao/schema/dates'
import type { Context } from '../context.ts'
import type { Range } from '../domain/range.ts'
import type { BillInput } from '../domain/bill.ts'
import { findAgreement } from '../domain/designation.ts'
import { prescriptionIdOf } from '../domain/dispense.ts'
import { Fields } from '../domain/fields.ts'
import type { PrescriptionRecord } from '../domain/prescription.ts'
import { prescriptionNotFound } from '../domain/prescription-refusals.ts'
import { readCredential } from '../domain/read-bill.ts'
import { findAgreements } from '../store/find-person.ts'
import { addShowing, findPrescriptions, listPrescriptions, type PrescriptionFilter } from '../store/prescriptions.ts'
import { setDay } from '../store/today.ts'
import { isPresentedBy } from './present-credential.ts'

/** A prescription by id, under the row rules of whoever asks; null when there is none they may see. */
export async function readPrescription(context: Context, id: string): Promise<PrescriptionRecord | null> {
  const [found] = await context.read(async (tx) => {
    await setDay(tx, dayOf(context.now()))
    return findPrescriptions(tx, [id])
  })
  if (found !== undefined) context.noteRead(found.insuredId, 'prescription')
  return found ?? null
}

/**
 * A prescription by number. An institution that did not issue it sees it for the day once it is shown the person's
 * credential along with the number. Throws NotFound for whatever the caller may not know.
 */
export async function showPrescription(
  context: Context,
  number: string,
  credential: BillInput['credential'] | null,
): Promise<PrescriptionRecord> {
  const id = prescriptionIdOf(number)
  if (id !== null && credential !== null && context.identity?.kind === 'institution')
    await note(context, id, credential)
  const found = id === null ? null : await readPrescription(context, id)
  if (found === null) throw prescriptionNotFound('number')
  return found
}

async function note(context: Context, id: string, input: BillInput['credential']): Promise<void> {
  const { institution } = context.institution()
  const at = context.now()
  const fields = new Fields()
  const credential = readCredential(fields, input)
  fields.check()
  const { orm } = context.db
  const [found] = await findPrescriptions(orm, [id])
  if (found === undefined) return
  if (!(await isPresentedBy(context, orm, { credential, insuredId: found.insuredId }))) return
  const careKind = institution.startsWith('P') ? 'PHARMACY' : 'OUTPATIENT'
  findAgreement(await findAgreements(context.db.hot, institution), { pool: found.pool, careKind, on: dayOf(at) })
  await addShowing(orm, found, { institution, day: dayOf(at), at })
}

/** A page of prescriptions under the row rules of whoever asks, one more than it holds. */
export async function pageOfPrescriptions(
  context: Context,
  filter: PrescriptionFilter,
  wanted: Range,
): Promise<PrescriptionRecord[]> {
  const found = await context.read(async (tx) => {
    await setDay(tx, dayOf(context.now()))
    return listPrescriptions(tx, filter, wanted)
  })
  for (const { insuredId } of found.slice(0, wanted.size)) context.noteRead(insuredId, 'prescriptions')
  return found
}
