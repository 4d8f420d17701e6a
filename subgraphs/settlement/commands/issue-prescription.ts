import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import type { Context } from '../context.ts'
import type { BillInput } from '../domain/bill.ts'
import { findAgreement } from '../domain/designation.ts'
import { Fields, isGiven, type Maybe } from '../domain/fields.ts'
import { namedItems } from '../domain/issue-prescription.ts'
import { insuredOn } from '../domain/presented.ts'
import { validUntil, type Prescribed } from '../domain/prescription.ts'
import { hospitalsOnly, ownNumberTaken, signatureMissing } from '../domain/prescription-refusals.ts'
import { readCredential } from '../domain/read-bill.ts'
import { checkTime, readPrescribed, type PrescribedInput } from '../domain/read-prescription.ts'
import { checkStaff } from '../domain/suspended-staff.ts'
import { findAgreements } from '../store/find-person.ts'
import { addPrescription, raiseVersion } from '../store/prescriptions.ts'
import { listSigningKeys } from '../store/signing-keys.ts'
import { checkSignature } from './check-signature.ts'
import { hashedCredential, presentCredential } from './present-credential.ts'
import { rulesInForce } from './visit-rules.ts'

/** A prescription as a hospital sends it: whose it is by the credential shown, and the signature under it. */
export interface IssueInput extends PrescribedInput {
  readonly credential: BillInput['credential']
  /** Compact JWS. */
  readonly signature?: Maybe<string>
}

/** Issues a prescription a doctor has signed; answers its id. */
export async function issuePrescription(context: Context, requestId: string, input: IssueInput): Promise<string> {
  const identity = context.institution()
  const { institution } = identity
  const at = context.now()
  const asked = { ...input, credential: hashedCredential(context, input.credential) }
  const request = { identity, requestId, operation: 'issuePrescription', input: asked, now: at }
  const { catalogue, rulesOf, suspensions } = await rulesInForce(context)
  const { id } = await once(context.db, request, async (tx) => {
    if (!institution.startsWith('H')) throw hospitalsOnly()
    const { credential, prescribed, signature } = read(input, at)
    const person = await presentCredential(context, tx, credential)
    const today = dayOf(at)
    const enrolment = insuredOn(person, today)
    const { pool, personNumber } = enrolment
    const agreements = await findAgreements(context.db.hot, institution)
    const agreement = findAgreement(agreements, { pool, careKind: 'OUTPATIENT', on: today })
    const place = { pool: agreement.pool, level: agreement.level, day: today.toString() }
    checkStaff({ path: 'doctor.code', code: prescribed.doctor.code, at }, rulesOf(pool), suspensions)
    const items = namedItems(prescribed.items, catalogue, place)
    const keys = (await listSigningKeys(tx, [institution])).filter((one) => one.retiredAt === null)
    const { kid } = await checkSignature(signature, keys, { ...prescribed, institution, personNumber })

    const { insuredId } = person
    const prescription = {
      ...prescribed,
      id: context.newId(at),
      insuredId,
      institution,
      pool,
      personNumber,
      personName: enrolment.name,
      sex: enrolment.sex,
      birthDate: Temporal.PlainDate.from(enrolment.birthDate),
      items,
      validUntil: validUntil(prescribed),
      keyId: kid,
      signature,
      issuedAt: at,
    }
    if (!(await addPrescription(tx, prescription))) throw ownNumberTaken()
    await raiseVersion(tx, insuredId, at)
    return { id: prescription.id }
  })
  return id
}

interface Read {
  readonly credential: ReturnType<typeof readCredential>
  readonly prescribed: Prescribed
  readonly signature: string
}

/** Throws InvalidInput with every fault at once, a missing signature among them. */
function read({ credential, signature, ...input }: IssueInput, now: Temporal.Instant): Read {
  const fields = new Fields()
  const who = readCredential(fields, credential)
  const prescribed = readPrescribed(fields, input)
  checkTime(fields, prescribed, now)
  if (!isGiven(signature)) {
    const { path, code, message } = signatureMissing()
    fields.fault(path, code, message)
  }
  fields.check()
  return { credential: who, prescribed, signature: signature ?? '' }
}
