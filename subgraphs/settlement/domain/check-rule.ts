import type { Quantity } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { Condition, Source } from './policy.ts'
import type { Level } from './split-input.ts'

/**
 * What a finding does: it only stands on the settlement, no fund pays the lines it names, no fund pays the bill (the
 * personal account may, both times), or the bill is not settled.
 */
export type CheckAction = 'WARN' | 'DEGRADE_LINE' | 'DEGRADE_BILL' | 'REFUSE'

/** Lines a rule looks at: by national code, by how the code begins, or by the list (`list_type`) the item stands in. */
export interface ItemList {
  readonly codes: readonly string[]
  readonly prefixes: readonly string[]
  readonly lists: readonly string[]
}
export type Items = ItemList | 'ALL'

/** For whom and where an item may be used; every limit that is given must be kept. */
export interface Limits {
  /** `gend`: 1 male, 2 female. */
  readonly sex?: '1' | '2' | undefined
  /** Completed years, included. */
  readonly ageFrom?: number | undefined
  /** Completed years, not included. */
  readonly ageBelow?: number | undefined
  readonly levels?: readonly Level[] | undefined
  readonly insuranceTypes?: readonly string[] | undefined
  /** Prefixes of the national care type. */
  readonly careTypes?: readonly string[] | undefined
  /** Prefixes of ICD-10 codes; one diagnosis of the bill must begin with one of them. */
  readonly diagnoses?: readonly string[] | undefined
}

/** Over what quantities are added up. STAY_DAY allows the limit for each day of the stay, first and last included. */
export type Per = 'BILL' | 'STAY_DAY' | { readonly days: number; readonly acrossVisits: boolean }

/** How another visit of the person stands to this one. */
export type Relation =
  /** The two overlap in time; the first and the last day of the one named by `innerDaysOf` do not count. */
  | { readonly is: 'OVERLAPS'; readonly innerDaysOf: 'THIS' | 'OTHER' | null }
  /** This one begins after the other one's end, at most so many days later; null for however long. */
  | { readonly is: 'FOLLOWS'; readonly days: number | null }
  /** Less than so many hours lie between the two. */
  | { readonly is: 'NEAR'; readonly hours: number }

export interface OtherVisit {
  /** Prefixes of the other visit's care type. */
  readonly careTypes: readonly string[]
  /** `dscg_way` the other visit ended with; null for any. */
  readonly dischargeWays: readonly string[] | null
  readonly institution: 'ANY' | 'SAME' | 'OTHER'
  /** So many leading digits of the two institutions' divisions: 2 other provinces, 4 other cities; null for any place. */
  readonly divisionsDifferIn: 2 | 4 | 6 | null
  /** So many leading characters of the two main diagnoses are the same; null for any. */
  readonly sameDiagnosis: number | null
}

/** The generic predicates. A rule is one of them with its parameters; no rule has code of its own. */
export type Predicate =
  | { readonly kind: 'LIMIT'; readonly items: Items; readonly to: Limits }
  | { readonly kind: 'APPROVAL'; readonly items: Items }
  | { readonly kind: 'PRICE'; readonly items: Items }
  | { readonly kind: 'SAME_MOMENT'; readonly items: Items }
  | { readonly kind: 'SUPPLY_DAYS'; readonly items: Items; readonly days: number; readonly tolerance: number }
  | {
      readonly kind: 'REPEATED_SUPPLY'
      readonly items: Items
      /** So many leading characters of the code make a kind of drug. */
      readonly sameKind: number
      readonly tolerance: number
    }
  | {
      readonly kind: 'QUANTITY'
      readonly items: Items
      readonly most: Quantity
      readonly per: Per
      /** Whether all items count together, or each code by itself. */
      readonly together: boolean
    }
  | {
      readonly kind: 'EXCLUSIVE'
      /** What must not be charged beside the others. */
      readonly items: Items
      readonly beside: Items
      readonly within: 'DAY' | 'BILL' | 'PRESCRIPTION'
    }
  | {
      readonly kind: 'COUNT'
      readonly items: Items
      /** How many different codes there may be. */
      readonly most: number
      readonly within: 'PRESCRIPTION' | 'BILL'
      /** Counted within each kind of drug: so many leading characters of the code; null for all together. */
      readonly sameKind: number | null
      /** Only what is taken home from a stay. */
      readonly takeHome: boolean
    }
  | {
      readonly kind: 'PRESCRIPTION_AGE'
      readonly items: Items
      readonly days: number
      readonly hoursAhead: number
      /** What was dispensed of e-prescriptions, by the time of dispensing; left out, what was prescribed otherwise. */
      readonly electronic?: true | undefined
    }
  | { readonly kind: 'DIAGNOSES'; readonly most: number }
  | { readonly kind: 'OTHER_VISIT'; readonly other: OtherVisit; readonly relation: Relation }
  | { readonly kind: 'PERSON' }

export type CheckKind = Predicate['kind']
export type PredicateOf<K extends CheckKind> = Extract<Predicate, { kind: K }>

/** A rule of the library. Days are ISO texts, which order as days do. */
export interface CheckRule {
  readonly id: string
  /** Digest over everything that decides, so that a finding names what it was found by. */
  readonly version: string
  readonly name: Text
  readonly source: Source
  readonly note: string | null
  /** Pools whose insured it is about; null for all. */
  readonly pools: readonly string[] | null
  readonly from: string
  readonly to: string | null
  readonly action: CheckAction
  /** The bills it looks at. */
  readonly when: Condition
  readonly test: Predicate
}
