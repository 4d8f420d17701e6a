import { quantityOf, type Quantity } from '@yibao/schema/money'
import type { Diagnosis } from './bill.ts'
import type { Validity } from './prescription-validity.ts'

/** Codes of medical staff: D a doctor with 12 digits; HY a pharmacist, HJ a technician with 12 digits (医保办函〔2022〕39号). */
export const DOCTOR_CODE = {
  pattern: /^D\d{12}$/,
  form: { zh: '国家医保医师代码，D 加 12 位数字', en: 'the national code of a doctor, D and 12 digits' },
}
export const PHARMACIST_CODE = {
  pattern: /^H[YJ]\d{12}$/,
  form: {
    zh: '国家医保药师代码，HY 或 HJ 加 12 位数字',
    en: 'the national code of a pharmacist, HY or HJ and 12 digits',
  },
}

/** A member of the medical staff who answers for something. */
export interface Staff {
  readonly code: string
  readonly name: string
}

/** What is prescribed of one drug. A drug stands in a prescription once, so its code finds it. */
export interface PrescribedItem {
  /** National code of the drug. */
  readonly code: string
  /** `drug_spec` */
  readonly specification: string
  /** `drug_cnt` */
  readonly quantity: Quantity
  /** `drug_dosunt` */
  readonly unit: string
  /** How it is to be taken, in words. */
  readonly dosage: string
  /** `medc_days` */
  readonly days: number
}

/** A prescription as the hospital states it, read and consistent in itself. */
export interface Prescribed {
  /** `hosp_rxno`: the hospital's own number. */
  readonly ownNumber: string
  readonly doctor: Staff
  readonly diagnoses: readonly Diagnosis[]
  readonly items: readonly PrescribedItem[]
  /** `prsc_time` */
  readonly prescribedAt: Temporal.Instant
  readonly validity: Validity
  /** `vali_days` */
  readonly validDays: number
}

export interface PrescriptionItem extends PrescribedItem {
  /** Place in the prescription, from 1. */
  readonly number: number
  /** From the catalogue. */
  readonly name: string
}

export interface Review {
  /** Place among the reviews of the prescription, from 1. */
  readonly number: number
  readonly institution: string
  readonly pharmacist: Staff
  readonly result: 'APPROVED' | 'REJECTED'
  readonly reason: string | null
  readonly at: Temporal.Instant
}

export interface Revocation {
  readonly doctor: Staff
  readonly reason: string
  readonly at: Temporal.Instant
}

/** What a settled line dispensed of an item; negative where it gives back. */
export interface Dispensing {
  readonly insuredId: string
  readonly prescriptionId: string
  readonly settlementId: string
  /** Number of the line in its bill. */
  readonly line: number
  readonly item: number
  readonly institution: string
  readonly quantity: Quantity
  readonly at: Temporal.Instant
}

/** An issued prescription. It never changes; what became of it hangs below it. */
export interface Prescription extends Omit<Prescribed, 'items'> {
  readonly id: string
  readonly insuredId: string
  readonly institution: string
  /** The pool that insured the person when it was issued. */
  readonly pool: string
  readonly personNumber: string
  readonly personName: string
  readonly sex: string
  readonly birthDate: Temporal.PlainDate
  readonly items: readonly PrescriptionItem[]
  /** `vali_end_time` */
  readonly validUntil: Temporal.Instant
  readonly keyId: string
  /** Compact JWS. */
  readonly signature: string
  readonly issuedAt: Temporal.Instant
}

/** A prescription with what became of it. */
export interface PrescriptionRecord extends Prescription {
  readonly revocation: Revocation | null
  /** The latest last. */
  readonly reviews: readonly Review[]
  readonly dispensings: readonly Dispensing[]
}

/** `rx_stas_codg`, as far as time and the hospital decide it. */
export type PrescriptionState = 'VALID' | 'EXPIRED' | 'REVOKED'

/** `rx_used_stas_codg` */
export type PrescriptionUse = 'UNUSED' | 'PARTLY_USED' | 'USED'

/** The national rule: the time it was prescribed plus the days it is valid. */
export const validUntil = ({ prescribedAt, validDays }: Pick<Prescribed, 'prescribedAt' | 'validDays'>) =>
  prescribedAt.add({ hours: 24 * validDays })

export const isExpired = (one: { readonly validUntil: Temporal.Instant }, at: Temporal.Instant): boolean =>
  Temporal.Instant.compare(at, one.validUntil) > 0

/** How much of an item is still to be dispensed. */
export function leftOf(item: PrescriptionItem, dispensings: readonly Dispensing[]): Quantity {
  const own = dispensings.filter((one) => one.item === item.number)
  return quantityOf(own.reduce((left, one) => left - one.quantity, BigInt(item.quantity)))
}

export function stateOf(one: Pick<PrescriptionRecord, 'revocation' | 'validUntil'>, now: Temporal.Instant) {
  if (one.revocation !== null) return 'REVOKED' satisfies PrescriptionState
  return (isExpired(one, now) ? 'EXPIRED' : 'VALID') satisfies PrescriptionState
}

export function useOf({ items, dispensings }: Pick<PrescriptionRecord, 'items' | 'dispensings'>): PrescriptionUse {
  const left = items.map((item) => ({ item, left: leftOf(item, dispensings) }))
  if (left.every((one) => one.left === one.item.quantity)) return 'UNUSED'
  return left.every((one) => one.left === 0n) ? 'USED' : 'PARTLY_USED'
}
