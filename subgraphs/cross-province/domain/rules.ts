import { significantDivision } from '@yibao/schema/ids'
import type { Text } from '@yibao/schema/rejection'

/** Kinds of filing: long-term, referral to a hospital elsewhere, emergency, any other temporary stay. */
export type FilingType = 'LONG_TERM' | 'REFERRAL' | 'EMERGENCY' | 'OTHER_TEMPORARY'

/** Grounds of a long-term filing: 异地安置退休, 异地长期居住, 常驻异地工作. */
export type Ground = 'RETIRED_ELSEWHERE' | 'RESIDENT_ELSEWHERE' | 'WORKING_ELSEWHERE'

/** The six types of national practice: the three long-term grounds and the three temporary types. */
export const KINDS = [
  'RETIRED_ELSEWHERE',
  'RESIDENT_ELSEWHERE',
  'WORKING_ELSEWHERE',
  'REFERRAL',
  'EMERGENCY',
  'OTHER_TEMPORARY',
] as const
export type Kind = (typeof KINDS)[number]

export const kindOf = ({ type, ground }: { readonly type: FilingType; readonly ground: Ground | null }): Kind => {
  if (type !== 'LONG_TERM') return type
  // A long-term filing without its ground is refused; until then it is read as the most common one.
  return ground ?? 'RESIDENT_ELSEWHERE'
}

export const isLongTerm = (kind: Kind): kind is Ground => kind.endsWith('_ELSEWHERE')

/** What a filing rests on. A written promise (承诺书) stands for a paper where the rules allow it. */
export const EVIDENCE = [
  'HOUSEHOLD_REGISTER',
  'RESIDENCE_CERTIFICATE',
  'WORK_CERTIFICATE',
  'REFERRAL_CERTIFICATE',
  'ELECTRONIC_REFERRAL',
  'EMERGENCY_CERTIFICATE',
  'PROMISE',
  'NONE',
] as const
export type Evidence = (typeof EVIDENCE)[number]

/** Whether a piece of evidence is a paper, of which a document is uploaded. */
export const isPaper = (evidence: Evidence): boolean => !['ELECTRONIC_REFERRAL', 'PROMISE', 'NONE'].includes(evidence)

/** Whether the card also works at home while the filing holds. */
export type HomeUse = 'BOTH' | 'NOT_WHILE_FILED'

/** Where a value stands: in which document, and where in it. */
export interface Source {
  readonly title: string
  readonly address: string
  readonly date: string
  readonly reliability: string
  readonly article: string
}

type PerKind<T> = Readonly<Record<Kind, T>>

/** The rules of one home pool: the national ones with the pool's own laid over them. */
export interface FilingRules {
  /** The file and the day it took effect, "620200@2023-11-17". */
  readonly version: string
  readonly name: Text
  /** What is accepted, one of them. */
  readonly evidence: PerKind<readonly Evidence[]>
  /** Documents a paper needs. */
  readonly documentsMin: number
  /** What a person promises in place of a paper. */
  readonly promise: Text
  /** Classes of person types (first two digits of `psn_type`) that may use the ground. */
  readonly personClasses: Readonly<Record<Ground, readonly string[]>>
  /** Decided by rule at once, or by staff of the home pool. */
  readonly decision: PerKind<'BY_RULE' | 'REVIEW'>
  readonly reviewWorkingDays: number
  /** What becomes of a filing that was not reviewed in time: approved by rule, or brought before everything else. */
  readonly overdue: PerKind<'APPROVE' | 'ESCALATE'>
  /** Whether the agency of the other place certifies first. */
  readonly certification: PerKind<'NONE' | 'REQUIRED'>
  readonly certificationWorkingDays: number
  /** Whether a networked card is asked for when it is confirmed. */
  readonly networkedCard: PerKind<'NONE' | 'ON_CONFIRMATION'>
  /** How long a long-term filing stands before it may be changed or cancelled. */
  readonly changeAfter: Temporal.Duration
  readonly longTermPlacesMax: number
  readonly temporaryPlacesMax: number
  /** How long a temporary filing is valid, and at most. */
  readonly validity: Readonly<Record<Exclude<FilingType, 'LONG_TERM'>, Temporal.Duration>>
  /** How often a temporary filing may be extended. */
  readonly extensionsMax: number
  /** Levels of home hospitals that may refer. */
  readonly referralLevels: readonly string[]
  /** Whether a hospital of the place where somebody is treated may refer them on, confirmed by the home agency. */
  readonly referralFromPlace: 'ACCEPTED' | 'NOT_ACCEPTED'
  readonly homeUse: Readonly<Record<'longTerm' | 'temporary', HomeUse>>
  readonly granularity: 'CITY' | 'PROVINCE'
  readonly cancellation: 'AT_ONCE' | 'NEXT_DAY'
  readonly backdateDaysMax: number
  readonly aheadDaysMax: number
  /** Where each value stands, by its name in the file. */
  readonly sourceOf: (name: string) => Source
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
