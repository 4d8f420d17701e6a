import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import type { Context } from '../context.ts'
import type { BillInput } from '../domain/bill.ts'
import { findAgreement } from '../domain/designation.ts'
import { prescriptionIdOf } from '../domain/dispense.ts'
import { Fields, isGiven, type Maybe } from '../domain/fields.ts'
import { isExpired, useOf, type Review, type Staff } from '../domain/prescription.ts'
import { alreadyRevoked, expired, nothingLeft, prescriptionNotFound } from '../domain/prescription-refusals.ts'
import { readCredential } from '../domain/read-bill.ts'
import { readPharmacist } from '../domain/read-prescription.ts'
import { checkStaff } from '../domain/suspended-staff.ts'
import { findAgreements } from '../store/find-person.ts'
import { addReview, addShowing, findPrescriptions, raiseVersion } from '../store/prescriptions.ts'
import { hashedCredential, isPresentedBy } from './present-credential.ts'
import { rulesInForce } from './visit-rules.ts'

export interface ReviewInput {
  readonly number: string
  readonly credential: BillInput['credential']
  readonly pharmacist: Staff
  readonly result: Review['result']
  readonly reason?: Maybe<string>
}

/** Notes what the pharmacist of the institution that asks says of a prescription it is shown; answers its id. */
export async function reviewPrescription(context: Context, requestId: string, input: ReviewInput): Promise<string> {
  const identity = context.institution()
  const { institution } = identity
  const at = context.now()
  const asked = { ...input, credential: hashedCredential(context, input.credential) }
  const request = { identity, requestId, operation: 'reviewPrescription', input: asked, now: at }
  const { rulesOf, suspensions } = await rulesInForce(context)
  const { id } = await once(context.db, request, async (tx) => {
    const { credential, review } = read(input)
    const wanted = prescriptionIdOf(input.number)
    const [found] = wanted === null ? [] : await findPrescriptions(tx, [wanted])
    if (found === undefined) throw prescriptionNotFound('number')
    if (!(await isPresentedBy(context, tx, { credential, insuredId: found.insuredId })))
      throw prescriptionNotFound('number')
    const careKind = institution.startsWith('P') ? 'PHARMACY' : 'OUTPATIENT'
    findAgreement(await findAgreements(context.db.hot, institution), { pool: found.pool, careKind, on: dayOf(at) })
    checkStaff({ path: 'pharmacist.code', code: review.pharmacist.code, at }, rulesOf(found.pool), suspensions)
    if (found.revocation !== null) throw alreadyRevoked()
    if (isExpired(found, at)) throw expired()
    if (useOf(found) === 'USED') throw nothingLeft()

    await addReview(tx, found, { ...review, number: found.reviews.length + 1, institution, at })
    await addShowing(tx, found, { institution, day: dayOf(at), at })
    await raiseVersion(tx, found.insuredId, at)
    return { id: found.id }
  })
  return id
}

function read({ credential, pharmacist, result, reason }: ReviewInput) {
  const fields = new Fields()
  const who = readCredential(fields, credential)
  const by = readPharmacist(fields, pharmacist)
  const why = isGiven(reason) ? fields.words('reason', reason, { max: 200 }) : null
  if (result === 'REJECTED' && why === null)
    fields.fault('reason', 'REQUIRED', { zh: '审核不通过须说明原因', en: 'is required for a rejection' })
  fields.check()
  return { credential: who, review: { pharmacist: by, result, reason: why } }
}
