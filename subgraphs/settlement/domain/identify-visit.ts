import { dayOf } from '@yibao/schema/dates'
import type { Enrolment } from './facts.ts'
import type { Visit } from './visit.ts'
import { alreadyAdmitted, identifiedBefore } from './visit-refusals.ts'

type EnrolmentPeriod = Pick<Enrolment, 'pool' | 'insuranceType' | 'beginOn' | 'endOn'>

/** The pool that will be asked: that of the enrolment on the day of the admission, employees' insurance first. */
export function poolOf(enrolments: readonly EnrolmentPeriod[], { insuranceType, admittedAt }: Visit): string | null {
  const day = dayOf(admittedAt).toString()
  const wanted = enrolments
    .filter((one) => insuranceType === null || one.insuranceType === insuranceType)
    .toSorted((a, b) => a.insuranceType.localeCompare(b.insuranceType))
  const current = wanted.find((one) => one.beginOn <= day && (one.endOn === null || day <= one.endOn))
  return (current ?? wanted[0])?.pool ?? null
}

/** Gives a visit its person; one of an old record of theirs stays under that. @throws NotAllowed when it is another's */
export function identify(
  visit: Visit,
  {
    insuredId,
    records,
    pool,
  }: { readonly insuredId: string; readonly records: readonly string[]; readonly pool: string | null },
): Visit {
  if (visit.insuredId !== null && !records.includes(visit.insuredId)) throw identifiedBefore()
  return { ...visit, insuredId: visit.insuredId ?? insuredId, pool }
}

/** Nobody lies in two beds of one institution. @throws NotAllowed naming the other stay */
export function checkOneAdmission(visit: Visit, others: readonly Visit[], path = 'credential'): void {
  if (visit.careKind !== 'INPATIENT' || visit.state === 'CANCELLED') return
  const other = others.find((one) => overlaps(one, visit))
  if (other !== undefined) throw alreadyAdmitted(other.visit, path)
}

type Stay = Pick<Visit, 'admittedAt' | 'dischargedAt'>

/** Whether two stays have time in common; one may begin in the moment in which the other ends. */
const overlaps = (a: Stay, b: Stay): boolean =>
  isBefore(a.admittedAt, b.dischargedAt) && isBefore(b.admittedAt, a.dischargedAt)

const isBefore = (begin: Temporal.Instant, end: Temporal.Instant | null): boolean =>
  end === null || Temporal.Instant.compare(begin, end) < 0
