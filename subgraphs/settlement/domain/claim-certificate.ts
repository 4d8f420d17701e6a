import { before } from '@yibao/schema/dates'
import type { Text } from '@yibao/schema/rejection'
import type { Claim } from './claim.ts'
import { dayIn, firstDayOf } from './claim-check.ts'

/** What an employer is asked to certify for the claim of somebody insured through it. */
export interface ClaimCertificate {
  readonly id: string
  readonly insuredId: string
  readonly claimId: string
  readonly employer: string
  /** Days of the care it is about. */
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate
  readonly state: 'REQUESTED' | 'SIGNED' | 'DECLINED'
  readonly words: Text
  readonly requestedAt: Temporal.Instant
  readonly answer: string | null
  readonly answeredBy: string | null
  readonly answeredAt: Temporal.Instant | null
}

/** Care that is to be certified, and by which employer: the one the person was insured through on its first day. */
export interface Certified {
  readonly employer: string
  readonly begin: Temporal.PlainDate
  readonly end: Temporal.PlainDate
}

/** Whether a certificate is of this employer and of all these days. */
export const isAbout = (
  { employer, beginOn, endOn }: Pick<ClaimCertificate, 'employer' | 'beginOn' | 'endOn'>,
  care: Certified,
): boolean => employer === care.employer && !before(care.begin, beginOn) && !before(endOn, care.end)

/** First and last day of the care of a claim, as far as it is written; null while it says no day. */
export function daysOf(content: Claim['content']): Pick<Certified, 'begin' | 'end'> | null {
  const begin = firstDayOf(content)
  if (begin === null) return null
  const end = dayIn(content.end)
  return { begin, end: end === null || before(end, begin) ? begin : end }
}
