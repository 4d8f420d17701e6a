import type { Enrolment } from '../domain/facts.ts'

/** A row of `coverage_v1` as JSON. */
export interface CoverageRow {
  readonly insured_id: string
  readonly person_number: string
  readonly name: string
  readonly sex: string
  readonly nationality: string
  readonly birth_date: string
  readonly certificate_type: string
  readonly identity_masked: string
  readonly enrolment_id: string
  readonly pool: string
  readonly insurance_type: string
  readonly person_type: string
  readonly civil_servant: boolean
  readonly status: string
  readonly begin_on: string
  readonly end_on: string | null
  readonly identities: Enrolment['identities']
  readonly entered_on: string
  readonly reason: string | null
}

export const enrolmentOf = (row: CoverageRow): Enrolment => ({
  insuredId: row.insured_id,
  personNumber: row.person_number,
  name: row.name,
  sex: row.sex,
  nationality: row.nationality,
  birthDate: row.birth_date,
  certificateType: row.certificate_type,
  identityMasked: row.identity_masked,
  enrolmentId: row.enrolment_id,
  pool: row.pool,
  insuranceType: row.insurance_type,
  personType: row.person_type,
  civilServant: row.civil_servant,
  status: row.status,
  beginOn: row.begin_on,
  endOn: row.end_on,
  identities: row.identities,
  enteredOn: row.entered_on,
  reason: row.reason,
})
