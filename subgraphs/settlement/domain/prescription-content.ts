import { formatQuantity } from '@yibao/schema/money'
import type { Prescribed } from './prescription.ts'
import { readPrescribed, type PrescribedInput } from './read-prescription.ts'
import { Fields } from './fields.ts'

/** What the hospital signs: the prescription, and whose and by whom it is. */
export interface SignedContent extends Prescribed {
  readonly institution: string
  readonly personNumber: string
}

type Plain = Readonly<Record<string, unknown>>

/** The content in plain values, the same for contents that say the same. */
export const plainContent = ({ institution, personNumber, ...one }: SignedContent): Plain => ({
  institution,
  personNumber,
  ownNumber: one.ownNumber,
  doctor: { code: one.doctor.code, name: one.doctor.name },
  diagnoses: one.diagnoses.map(({ code, name, kind }) => ({ code, name, kind })),
  items: one.items.map(({ code, specification, quantity, unit, dosage, days }) => ({
    code,
    specification,
    quantity: formatQuantity(quantity),
    unit,
    dosage,
    days,
  })),
  prescribedAt: one.prescribedAt.toString(),
  validity: one.validity,
  validDays: one.validDays,
})

/**
 * Reads the payload of a signature as it was signed: the fields of the input and `institution` and `personNumber`, in any
 * order and any writing of the amounts. Null when it is no prescription.
 */
export function readContent(payload: unknown): SignedContent | null {
  if (!isPlain(payload)) return null
  const { institution, personNumber, ...rest } = payload
  if (typeof institution !== 'string' || typeof personNumber !== 'string' || !isInput(rest)) return null
  const faults = new Fields()
  const diagnoses = rest.diagnoses.map((one) => ({ ...one, kind: KINDS[one.kind ?? ''] ?? one.kind }))
  const prescribed = readPrescribed(faults, { ...rest, diagnoses })
  return faults.hasFault('') ? null : { ...prescribed, institution, personNumber }
}

/** `diag_type` by the names the API has for it, which is how the input was sent. */
const KINDS: Readonly<Record<string, string>> = { WESTERN: '1', CHINESE_DISEASE: '2', CHINESE_SYNDROME: '3' }
const FIELDS = ['ownNumber', 'doctor', 'diagnoses', 'items', 'prescribedAt', 'validity', 'validDays']
const STAFF = ['code', 'name']
const DIAGNOSIS = ['code', 'name', 'kind']
const ITEM = ['code', 'specification', 'quantity', 'unit', 'dosage', 'days']

/** Nothing else may stand in an object: it would be kept and shown as signed without having been read. */
const hasOnly = (value: Plain, names: readonly string[]): boolean =>
  Object.keys(value).every((name) => names.includes(name))

const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)

const isTextOrNone = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string'
const areTexts = (of: Plain, ...names: string[]): boolean => names.every((name) => typeof of[name] === 'string')

/** Whether a value has the shape of the input; what its texts say is read like that of the input. */
function isInput(value: Plain): value is Plain & PrescribedInput {
  const { doctor, diagnoses, items, validDays } = value
  return (
    hasOnly(value, FIELDS) &&
    areTexts(value, 'ownNumber', 'prescribedAt') &&
    isTextOrNone(value['validity']) &&
    (validDays === undefined || validDays === null || typeof validDays === 'number') &&
    isPlain(doctor) &&
    hasOnly(doctor, STAFF) &&
    areTexts(doctor, 'code', 'name') &&
    Array.isArray(diagnoses) &&
    diagnoses.every(
      (one) => isPlain(one) && hasOnly(one, DIAGNOSIS) && areTexts(one, 'code', 'name') && isTextOrNone(one['kind']),
    ) &&
    Array.isArray(items) &&
    items.every(
      (one) =>
        isPlain(one) &&
        hasOnly(one, ITEM) &&
        areTexts(one, 'code', 'specification', 'quantity', 'unit', 'dosage') &&
        typeof one['days'] === 'number',
    )
  )
}

/** The fields in which two contents differ. */
export function differingFields(a: SignedContent, b: SignedContent): string[] {
  const [left, right] = [plainContent(a), plainContent(b)]
  return Object.keys(left).filter((name) => JSON.stringify(left[name]) !== JSON.stringify(right[name]))
}
