import { once } from '@yibao/drizzle/once'
import type { Context } from '../context.ts'
import { prescriptionIdOf } from '../domain/dispense.ts'
import { Fields } from '../domain/fields.ts'
import { DOCTOR_CODE, useOf, type Staff } from '../domain/prescription.ts'
import { alreadyDispensed, alreadyRevoked, prescriptionNotFound } from '../domain/prescription-refusals.ts'
import { readStaff } from '../domain/read-prescription.ts'
import { addRevocation, findPrescriptions, raiseVersion } from '../store/prescriptions.ts'

export interface RevokeInput {
  readonly number: string
  readonly doctor: Staff
  readonly reason: string
}

/** Revokes a prescription of the hospital that asks, while nothing of it is dispensed; answers its id. */
export async function revokePrescription(context: Context, requestId: string, input: RevokeInput): Promise<string> {
  const identity = context.institution()
  const at = context.now()
  const request = { identity, requestId, operation: 'revokePrescription', input, now: at }
  const { id } = await once(context.db, request, async (tx) => {
    const fields = new Fields()
    const doctor = readStaff(fields, 'doctor', input.doctor, DOCTOR_CODE)
    const reason = fields.words('reason', input.reason, { max: 200 }) ?? ''
    fields.check()
    const wanted = prescriptionIdOf(input.number)
    const [found] = wanted === null ? [] : await findPrescriptions(tx, [wanted])
    if (found === undefined || found.institution !== identity.institution) throw prescriptionNotFound('number')
    if (found.revocation !== null) throw alreadyRevoked()
    if (useOf(found) !== 'UNUSED') throw alreadyDispensed()

    await addRevocation(tx, found, { doctor, reason, at })
    await raiseVersion(tx, found.insuredId, at)
    return { id: found.id }
  })
  return id
}
