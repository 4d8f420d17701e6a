import { before } from '@yibao/schema/dates'
import type { Evidence, FilingType, Ground, HomeUse } from './rules.ts'

/** The certificate a home hospital wrote for a referral. */
export interface Referral {
  /** Institution code of the hospital that refers. */
  readonly institution: string
  readonly number: string | null
  readonly issuedOn: Temporal.PlainDate
}

/** Where a person means to be treated, as they say it. It narrows nothing: what is filed is the whole destination. */
export interface Wish {
  readonly hospital: string | null
  readonly department: string | null
  readonly doctor: string | null
}

/** What a person files, checked. */
export interface FilingTerms extends Wish {
  readonly type: FilingType
  readonly ground: Ground | null
  /** Significant digits of the division: "6201" a city, "31" a municipality. */
  readonly destination: string
  readonly beginOn: Temporal.PlainDate
  /** Last day; null while a long-term filing stands. */
  readonly endOn: Temporal.PlainDate | null
  readonly evidence: Evidence
  /** Ids of the papers it rests on, in the one document store. */
  readonly documents: readonly string[]
  readonly referral: Referral | null
  /** The electronic referral it rests on. */
  readonly referralId: string | null
}

/** How far a filing has come. Only a confirmed one counts. */
export type Stage = 'AWAITING_CERTIFICATION' | 'UNDER_REVIEW' | 'CONFIRMED' | 'REFUSED' | 'WITHDRAWN'

export interface Filing extends FilingTerms {
  readonly id: string
  readonly insuredId: string
  /** Home pool. */
  readonly pool: string
  readonly insuranceType: string
  readonly homeUse: HomeUse
  readonly rules: string
  readonly stage: Stage
  /** By when the next step is due, while it waits for one. */
  readonly dueOn: Temporal.PlainDate | null
  readonly dueProvisional: boolean
  /** Since when it waits for longer than the rules allow. */
  readonly escalatedAt: Temporal.Instant | null
  /** Pool whose agency certifies, where the home pool asks for it. */
  readonly certifier: string | null
  readonly certifiedAt: Temporal.Instant | null
  readonly filedAt: Temporal.Instant
  /** Null until it is confirmed. */
  readonly effectiveFrom: Temporal.Instant | null
  readonly decidedAt: Temporal.Instant | null
  /** First day it no longer holds. */
  readonly cancelledFrom: Temporal.PlainDate | null
  readonly cancelledAt: Temporal.Instant | null
  /** The filing it changes or goes on from. */
  readonly replaces: string | null
  /** How often it was extended. */
  readonly extensions: number
  readonly replacedBy: string | null
  readonly cardRequestedAt: Temporal.Instant | null
}

export type FilingState = Exclude<Stage, 'CONFIRMED'> | 'PENDING' | 'EFFECTIVE' | 'CANCELLED' | 'REPLACED' | 'EXPIRED'

/** Whether a filing is not decided yet. */
export const isWaiting = ({ stage }: Pick<Filing, 'stage'>): boolean =>
  stage === 'AWAITING_CERTIFICATION' || stage === 'UNDER_REVIEW'

/** What a filing is on a day. One that was cancelled today still holds today. */
export function stateOn(filing: Filing, day: Temporal.PlainDate): FilingState {
  const { stage, beginOn, endOn, cancelledFrom, replacedBy } = filing
  if (stage !== 'CONFIRMED') return stage
  if (cancelledFrom !== null && (!before(day, cancelledFrom) || !before(beginOn, cancelledFrom))) {
    return replacedBy === null ? 'CANCELLED' : 'REPLACED'
  }
  if (endOn !== null && before(endOn, day)) return 'EXPIRED'
  return before(day, beginOn) ? 'PENDING' : 'EFFECTIVE'
}

/** Whether a filing holds on `day` or on any later day, or would once it is confirmed. */
export const standsFrom = (filing: Filing, day: Temporal.PlainDate): boolean => {
  if (filing.stage !== 'CONFIRMED' && !isWaiting(filing)) return false
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
