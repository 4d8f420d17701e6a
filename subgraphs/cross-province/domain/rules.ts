import { significantDivision } from '@yibao/schema/ids'
import type { Text } from '@yibao/schema/rejection'

/** Kinds of filing: long-term, referral to a hospital elsewhere, any other temporary stay. */
export type FilingType = 'LONG_TERM' | 'REFERRAL' | 'OTHER_TEMPORARY'

/** Grounds of a long-term filing: 异地安置退休, 异地长期居住, 常驻异地工作. */
export type Ground = 'RETIRED_ELSEWHERE' | 'RESIDENT_ELSEWHERE' | 'WORKING_ELSEWHERE'

/** What a filing rests on. A written promise (承诺书) stands for a paper where the rules allow it. */
export type Evidence =
  | 'HOUSEHOLD_REGISTER'
  | 'RESIDENCE_CERTIFICATE'
  | 'WORK_CERTIFICATE'
  | 'REFERRAL_CERTIFICATE'
  | 'PROMISE'
  | 'NONE'

/** Whether the card also works at home while the filing holds. */
export type HomeUse = 'BOTH' | 'NOT_WHILE_FILED'

/** The rules of one home pool: the national ones with the pool's own laid over them. */
export interface FilingRules {
  /** The file and the day it took effect, "620200@2023-11-17". */
  readonly version: string
  readonly name: Text
  readonly evidence: Readonly<Record<Ground, readonly Evidence[]>>
  /** Classes of person types (first two digits of `psn_type`) that may use the ground. */
  readonly personClasses: Readonly<Record<Ground, readonly string[]>>
  /** How long a long-term filing stands before it may be changed or cancelled. */
  readonly changeAfter: Temporal.Duration
  readonly longTermPlacesMax: number
  readonly temporaryPlacesMax: number
  /** How long a temporary filing is valid, and at most. */
  readonly validity: Readonly<Record<Exclude<FilingType, 'LONG_TERM'>, Temporal.Duration>>
  /** Levels of home hospitals that may refer. */
  readonly referralLevels: readonly string[]
  readonly homeUse: Readonly<Record<'longTerm' | 'temporary', HomeUse>>
  readonly granularity: 'CITY' | 'PROVINCE'
  readonly cancellation: 'NEXT_DAY'
  readonly backdateDaysMax: number
  readonly aheadDaysMax: number
}

/** Municipalities are one place; a filing there names no district. */
const MUNICIPALITIES = new Set(['11', '12', '31', '50'])

/**
 * The place a division is filed as, or null when it is too coarse: a city for a county or a city, the municipality
 * for its districts, the county itself where no city stands above it (`xx90xx`), the province where a pool files so.
 */
export function destinationOf(division: string, granularity: FilingRules['granularity']): string | null {
  const province = division.slice(0, 2)
  if (granularity === 'PROVINCE' || MUNICIPALITIES.has(province)) return province
  const significant = significantDivision(division)
  if (significant.length < 4) return null
  if (division.slice(2, 4) !== '90') return significant.slice(0, 4)
  return significant.length === 6 ? significant : null
}

/** Whether two places share ground: one lies in the other or they are the same. */
export const touches = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a)
