import { overlap } from '@yibao/schema/dates'
import { canonicalName } from '@yibao/schema/names'
import { NotAllowed } from '@yibao/schema/rejection'
import type { Enrolment } from './enrolment.ts'
import type { MutualAid } from './mutual-aid.ts'
import type { Insured } from './person.ts'
import type { Registration } from './registration.ts'

/** Two records: the one that is given up, and the one that goes on. */
interface Pair<T> {
  readonly from: T
  readonly into: T
}

/** @throws NotAllowed unless both say the same of a person but for numbers. */
export function checkSamePerson({ from, into }: Pair<Insured>): void {
  if (from.id === into.id) {
    throw NotAllowed.at('into', 'YOURSELF', { zh: '两条记录相同', en: 'is the record that is given up' })
  }
  const isSame =
    canonicalName(from.name) === canonicalName(into.name) &&
    from.sex === into.sex &&
    from.birthDate.equals(into.birthDate)
  if (isSame) return
  throw NotAllowed.at('into', 'NOT_THE_SAME_PERSON', {
    zh: '姓名、性别或出生日期不一致，须先核实更正',
    en: 'has another name, sex or birth date; find out first which is right',
  })
}

const isSameEnrolment = (a: Enrolment, b: Enrolment): boolean =>
  a.pool === b.pool &&
  a.insuranceType === b.insuranceType &&
  a.personType === b.personType &&
  a.status === b.status &&
  a.beginOn.equals(b.beginOn) &&
  (a.endOn === null ? b.endOn === null : b.endOn !== null && a.endOn.equals(b.endOn))

/**
 * The enrolments that go over. One that the other record has just so is the same and does not; where two of one
 * insurance share a day and differ, nobody but the bureau can say which of them is right.
 */
export function enrolmentsToMove({ from, into }: Pair<readonly Enrolment[]>): Enrolment[] {
  const moving = from.filter((one) => !into.some((other) => isSameEnrolment(one, other)))
  const clash = moving.find((one) =>
    into.some((other) => other.insuranceType === one.insuranceType && overlap(one, other)),
  )
  if (clash === undefined) return moving
  throw NotAllowed.at('from', 'ENROLMENT_OVERLAP', {
    zh: `险种 ${clash.insuranceType} 的参保时间重叠且内容不同，请先终止其中之一`,
    en: `the enrolments of insurance type ${clash.insuranceType} overlap and differ; end one of them first`,
  })
}

/** The disease registrations that go over: those of a disease the other record has on no same day. */
export const registrationsToMove = ({ from, into }: Pair<readonly Registration[]>): Registration[] =>
  from.filter(
    (one) =>
      !one.withdrawn && !into.some((other) => !other.withdrawn && other.disease === one.disease && overlap(one, other)),
  )

/** What becomes of a binding of the old record: it ends, and goes on with the other unless there is one already. */
export function bindingToMove(
  one: MutualAid,
  { from, into }: Pair<string>,
  existing: readonly MutualAid[],
): Pick<MutualAid, 'insuredId' | 'sponsorId'> | null {
  const insuredId = one.insuredId === from ? into : one.insuredId
  const sponsorId = one.sponsorId === from ? into : one.sponsorId
  if (insuredId === sponsorId) return null
  const isThere = existing.some(
    (other) => other.endedAt === null && other.insuredId === insuredId && other.sponsorId === sponsorId,
  )
  return isThere ? null : { insuredId, sponsorId }
}
