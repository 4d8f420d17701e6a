import { before, overlap } from '@yibao/schema/dates'
import { NotAllowed } from '@yibao/schema/rejection'
import { earliestOf, type EnrolmentRules } from './enrolment-rules.ts'
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

/**
 * An employer enrols those who work for it, from a day not long ago. What raises the benefits of a person beyond that,
 * civil service and special identities, is for the bureau to find.
 */
export function checkByEmployer(terms: EnrolmentTerms, rules: EnrolmentRules, today: Temporal.PlainDate): void {
  if (!terms.personType.startsWith('11')) {
    const message = { zh: '单位只能为在职人员办理参保', en: 'must be an employee in work, 11xx' }
    throw NotAllowed.at('personType', 'NOT_IN_WORK', message)
  }
  if (terms.civilServant) throw onlyTheBureau('civilServant')
  if (terms.identities.length > 0) throw onlyTheBureau('identities')
  checkNotLongAgo('beginOn', terms.beginOn, rules, today)
}

/** @throws NotAllowed when an employer enters a day that lies further back than the pool lets it. */
export function checkNotLongAgo(
  path: string,
  day: Temporal.PlainDate,
  rules: EnrolmentRules,
  today: Temporal.PlainDate,
): void {
  const earliest = earliestOf(rules, today)
  if (!before(day, earliest)) return
  throw NotAllowed.at(path, 'TOO_LONG_AGO', {
    zh: `单位最早可办理至 ${earliest.toString()}，更早的由经办机构办理`,
    en: `an employer enters no day before ${earliest.toString()}; what lies further back is entered by the bureau`,
  })
}

const onlyTheBureau = (path: string) =>
  NotAllowed.at(path, 'BUREAU_ONLY', {
    zh: '由经办机构认定，单位不能填报',
    en: 'is for the bureau to find, not the employer',
  })
