import { before } from '@yibao/schema/dates'
import type { Evidence, FilingType, Ground, HomeUse } from './rules.ts'

/** The certificate a home hospital wrote for a referral. */
export interface Referral {
  /** Institution code of the hospital that refers. */
  readonly institution: string
  readonly number: string | null
  readonly issuedOn: Temporal.PlainDate
}

/** What a person files, checked. */
export interface FilingTerms {
  readonly type: FilingType
  readonly ground: Ground | null
  /** Significant digits of the division: "6201" a city, "31" a municipality. */
  readonly destination: string
  readonly beginOn: Temporal.PlainDate
  /** Last day; null while a long-term filing stands. */
  readonly endOn: Temporal.PlainDate | null
  readonly evidence: Evidence
  readonly referral: Referral | null
}

export interface Filing extends FilingTerms {
  readonly id: string
  readonly insuredId: string
  /** Home pool. */
  readonly pool: string
  readonly insuranceType: string
  readonly homeUse: HomeUse
  readonly rules: string
  readonly filedAt: Temporal.Instant
  readonly effectiveFrom: Temporal.Instant
  /** First day it no longer holds. */
  readonly cancelledFrom: Temporal.PlainDate | null
  readonly cancelledAt: Temporal.Instant | null
  readonly replacedBy: string | null
}

export type FilingState = 'PENDING' | 'EFFECTIVE' | 'CANCELLED' | 'REPLACED' | 'EXPIRED'

/** What a filing is on a day. One that was cancelled today still holds today. */
export function stateOn(filing: Filing, day: Temporal.PlainDate): FilingState {
  const { beginOn, endOn, cancelledFrom, replacedBy } = filing
  if (cancelledFrom !== null && (!before(day, cancelledFrom) || !before(beginOn, cancelledFrom))) {
    return replacedBy === null ? 'CANCELLED' : 'REPLACED'
  }
  if (endOn !== null && before(endOn, day)) return 'EXPIRED'
  return before(day, beginOn) ? 'PENDING' : 'EFFECTIVE'
}

/** Whether a filing holds on `day` or on any later day. */
export const standsFrom = (filing: Filing, day: Temporal.PlainDate): boolean => {
  const lastOpen = filing.endOn === null || !before(filing.endOn, day)
  const cancelled =
    filing.cancelledFrom !== null &&
    (!before(day, filing.cancelledFrom) || !before(filing.beginOn, filing.cancelledFrom))
  return lastOpen && !cancelled
}

/** Whether two filings would hold on one same day, cancellations counted. */
export function shareADay(filing: Filing, terms: Pick<FilingTerms, 'beginOn' | 'endOn'>): boolean {
  return standsFrom(filing, terms.beginOn) && (terms.endOn === null || !before(terms.endOn, filing.beginOn))
}
