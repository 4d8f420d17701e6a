import { holdsOn, type Span } from '@yibao/schema/dates'
import { NotAllowed, type Text } from '@yibao/schema/rejection'

/** The coverage a filing rests on. */
export interface Coverage {
  readonly pool: string
  readonly insuranceType: string
  readonly personType: string
}

/** One enrolment as `insured.coverage_v1` gives it. */
export interface Enrolment extends Coverage, Span {
  /** '2' is suspended; whether it ended is said by `endOn`. */
  readonly status: string
}

/** Insurances that pay for treatment by themselves; the others only top one of these up. */
const BASIC = ['310', '340', '350', '360', '380', '390', '391']

const refuse = (code: string, message: Text): never => {
  throw NotAllowed.at('insuranceType', code, message)
}

/** The basic insurance a person has on a day; when that is more than one pool, the person says which. */
export function chooseCoverage(
  enrolments: readonly Enrolment[],
  { day, insuranceType }: { day: Temporal.PlainDate; insuranceType: string | null },
): Coverage {
  const inForce = enrolments
    .filter((one) => BASIC.includes(one.insuranceType) && one.status !== '2')
    .filter((one) => holdsOn(one, day))
    .filter((one) => insuranceType === null || one.insuranceType === insuranceType)
  const [first] = inForce
  if (first === undefined) {
    return refuse('NOT_COVERED', {
      zh: `${day.toString()} 无正常的基本医疗保险参保关系`,
      en: `no basic medical insurance is in force on ${day.toString()}`,
    })
  }
  if (inForce.some((one) => one.pool !== first.pool)) {
    return refuse('COVERAGE_AMBIGUOUS', {
      zh: '存在多个统筹区的参保关系，请注明险种',
      en: 'covered in more than one pool; say which insurance type',
    })
  }
  return first
}
