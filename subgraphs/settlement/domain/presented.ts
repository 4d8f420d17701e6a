import type { Credential } from './credential.ts'
import type { Enrolment } from './facts.ts'
import { NotCovered } from './refusals.ts'

export type PresentedEnrolment = Pick<
  Enrolment,
  | 'insuredId'
  | 'personNumber'
  | 'name'
  | 'sex'
  | 'birthDate'
  | 'pool'
  | 'insuranceType'
  | 'status'
  | 'beginOn'
  | 'endOn'
>

/** Who showed a credential at a counter where no bill is settled. */
export interface Presented extends Credential {
  /** The ids of their records, those that were merged among them. */
  readonly records: readonly string[]
  readonly enrolments: readonly PresentedEnrolment[]
}

const SUSPENDED = '2'

/** The enrolment that insures the person on a day, employees' before residents'. Throws NotCovered. */
export function insuredOn({ enrolments }: Presented, day: Temporal.PlainDate): PresentedEnrolment {
  const on = day.toString()
  const current = enrolments.filter(({ beginOn, endOn }) => beginOn <= on && (endOn === null || on <= endOn))
  const found = current.find((one) => one.status !== SUSPENDED)
  if (found !== undefined) return found
  const later = enrolments.some((one) => one.beginOn > on)
  const reason =
    current.length > 0 ? 'SUSPENDED' : enrolments.length === 0 ? 'NOT_ENROLLED' : later ? 'NOT_YET' : 'ENDED'
  throw NotCovered.of(day, reason, null)
}
