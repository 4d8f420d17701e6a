import { quantityOf } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { DiagnosisInput } from './bill.ts'
import type { Fields, Maybe } from './fields.ts'
import { CODE } from './read-lines.ts'
import { isExpired, DOCTOR_CODE, PHARMACIST_CODE, validUntil } from './prescription.ts'
import type { Prescribed, PrescribedItem, Staff } from './prescription.ts'
import { VALIDITIES, VALIDITY_NAMES } from './prescription-validity.ts'
import { readDiagnoses } from './read-bill.ts'

/** A prescription as a client sends it. The GraphQL input has this shape. */
export interface PrescribedInput {
  readonly ownNumber: string
  readonly doctor: Staff
  readonly diagnoses: readonly DiagnosisInput[]
  readonly items: readonly PrescribedItemInput[]
  readonly prescribedAt: string
  readonly validity?: Maybe<string>
  readonly validDays?: Maybe<number>
}

interface PrescribedItemInput {
  readonly code: string
  readonly specification: string
  readonly quantity: string
  readonly unit: string
  readonly dosage: string
  readonly days: number
}

/** Drugs of one prescription; on paper it is five (处方管理办法 art. 6), a long-term one or one of Chinese herbs has more. */
const ITEMS_MAX = 50
/** As of a bill's line. */
const DAYS_MAX = 300
const QUANTITY_MAX = 1_000_000_000_000n
const CLOCK_SKEW = Temporal.Duration.from({ minutes: 2 })
const EPOCH = Temporal.Instant.fromEpochMilliseconds(0)

/** Reads a prescription and checks what can be said without knowing person and catalogue; faults go to `fields`. */
export function readPrescribed(fields: Fields, input: PrescribedInput): Prescribed {
  const validity = fields.oneOf('validity', input.validity ?? 'STANDARD', VALIDITY_NAMES) ?? 'STANDARD'
  return {
    ownNumber: fields.words('ownNumber', input.ownNumber, { max: 40, ascii: true }) ?? '',
    doctor: readStaff(fields, 'doctor', input.doctor, DOCTOR_CODE),
    diagnoses: readDiagnoses(fields, input.diagnoses),
    items: readItems(fields, input.items),
    prescribedAt: fields.instant('prescribedAt', input.prescribedAt) ?? EPOCH,
    validity,
    validDays: readDays(fields, 'validDays', input.validDays ?? VALIDITIES.STANDARD.days, VALIDITIES[validity].days),
  }
}

/** Adds the fault of a prescription that is not to be issued now: prescribed later, or no longer valid. */
export function checkTime(fields: Fields, prescribed: Prescribed, now: Temporal.Instant): void {
  const { prescribedAt } = prescribed
  if (fields.hasFault('prescribedAt')) return
  if (Temporal.Instant.compare(prescribedAt, now.add(CLOCK_SKEW)) > 0)
    fields.fault('prescribedAt', 'IN_FUTURE', { zh: '不能晚于当前时间', en: 'must not lie in the future' })
  if (!fields.hasFault('validDays') && isExpired({ validUntil: validUntil(prescribed) }, now))
    fields.fault('prescribedAt', 'EXPIRED', { zh: '处方已过有效期', en: 'is so long ago that it is no longer valid' })
}

/** A member of the staff by code and name. */
export function readStaff(fields: Fields, path: string, { code, name }: Staff, form: typeof DOCTOR_CODE): Staff {
  const own = fields.within(path)
  return { code: own.text('code', code, { max: 14, ...form }) ?? '', name: own.words('name', name, { max: 50 }) ?? '' }
}

export const readPharmacist = (fields: Fields, input: Staff): Staff =>
  readStaff(fields, 'pharmacist', input, PHARMACIST_CODE)

function readItems(fields: Fields, inputs: readonly PrescribedItemInput[]): PrescribedItem[] {
  if (inputs.length === 0) fields.fault('items', 'REQUIRED', { zh: '至少要有一种药品', en: 'needs at least one drug' })
  if (inputs.length > ITEMS_MAX) {
    fields.fault('items', 'TOO_MANY', { zh: `最多 ${ITEMS_MAX} 种药品`, en: `takes at most ${ITEMS_MAX} drugs` })
    return []
  }
  const seen = new Set<string>()
  return inputs.map((input, i) => {
    const own = fields.within(`items[${i}]`)
    const item = readItem(own, input)
    if (seen.has(item.code))
      own.fault('code', 'DUPLICATE', { zh: '同一药品重复', en: 'occurs twice in this prescription' })
    seen.add(item.code)
    return item
  })
}

function readItem(fields: Fields, input: PrescribedItemInput): PrescribedItem {
  const quantity = fields.quantity('quantity', input.quantity)
  if (quantity !== null && (quantity <= 0n || quantity >= QUANTITY_MAX))
    fields.fault('quantity', 'OUT_OF_RANGE', {
      zh: '数量应大于零且不过大',
      en: 'must be more than zero, and not so large',
    })
  return {
    code: fields.text('code', input.code, { max: 50, ...CODE }) ?? '',
    specification: fields.words('specification', input.specification, { max: 200 }) ?? '',
    quantity: quantity ?? quantityOf(0n),
    unit: fields.words('unit', input.unit, { max: 20 }) ?? '',
    dosage: fields.words('dosage', input.dosage, { max: 500 }) ?? '',
    days: readDays(fields, 'days', input.days, DAYS_MAX),
  }
}

function readDays(fields: Fields, path: string, days: number, max: number): number {
  if (Number.isInteger(days) && days >= 1 && days <= max) return days
  const message: Text = { zh: `应为 1 到 ${max} 天`, en: `must be 1 to ${max} days` }
  fields.fault(path, 'OUT_OF_RANGE', message)
  return 1
}
