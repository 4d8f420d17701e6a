import { holdsOn } from '@yibao/schema/dates'
import { NotAllowed, type Text } from '@yibao/schema/rejection'
import type { ClaimEnrolment } from './claim-condition.ts'

/** Insurances that pay for treatment by themselves; the others only top one of these up. */
const BASIC = /^3[1-9]\d$/

interface Wanted {
  readonly day: Temporal.PlainDate
  readonly insuranceType: string | null
}

/** The basic insurance a person has on a day; whoever has more than one says which. @throws NotAllowed */
export function chooseEnrolment(
  enrolments: readonly ClaimEnrolment[],
  { day, insuranceType }: Wanted,
): Pick<ClaimEnrolment, 'pool' | 'insuranceType'> {
  const inForce = enrolments
    .filter((one) => BASIC.test(one.insuranceType) && one.status !== '2' && holdsOn(one, day))
    .filter((one) => insuranceType === null || one.insuranceType === insuranceType)
  const [first] = inForce
  if (first === undefined) {
    throw refused('NOT_COVERED', {
      zh: `${day.toString()} 无正常的基本医疗保险参保关系`,
      en: `no basic medical insurance is in force on ${day.toString()}`,
    })
  }
  if (inForce.some((one) => one.pool !== first.pool || one.insuranceType !== first.insuranceType)) {
    throw refused('COVERAGE_AMBIGUOUS', {
      zh: '存在多项参保关系，请注明险种',
      en: 'covered more than once; say which insurance type',
    })
  }
  return { pool: first.pool, insuranceType: first.insuranceType }
}

const refused = (code: string, message: Text): NotAllowed => NotAllowed.at('insuranceType', code, message)
