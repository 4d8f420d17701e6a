import { overlap } from '@yibao/schema/dates'
import { NotAllowed } from '@yibao/schema/rejection'
import type { Enrolment, EnrolmentTerms } from './enrolment.ts'

/** Guards a new enrolment against those the person has: no two of one insurance type on the same day. */
export function checkEnrolment(terms: EnrolmentTerms, existing: readonly Enrolment[]): void {
  const rival = existing.find((one) => one.insuranceType === terms.insuranceType && overlap(one, terms))
  if (rival === undefined) return
  throw NotAllowed.at('beginOn', 'ENROLMENT_OVERLAP', {
    zh: '该险种在此期间已有参保关系，请先终止原参保关系',
    en: 'there is an enrolment of this insurance type in this period already; end it first',
  })
}
