import type { Fen, Rate } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { Filing, Level, Place } from './split-input.ts'
import type { Fund } from './split-result.ts'

/** A document a number was taken from. ASSUMED marks a rule no notice states; such a rule never carries an amount. */
export interface Source {
  readonly document: Text
  /** Document number (文号), `医保发〔2022〕22号`; null when it has none. */
  readonly number: string | null
  readonly article: string | null
  /** `2023`, `2023-07` or `2023-07-01`. */
  readonly issued: string
  readonly reliability: 'A' | 'B' | 'C' | 'ASSUMED'
}

/** What must hold for a case to apply; an absent field does not matter, an empty condition always holds. */
export interface Condition {
  /** Prefixes of the national person type. */
  readonly personType?: readonly string[] | undefined
  readonly level?: readonly Level[] | undefined
  /** Completed years, included. */
  readonly ageFrom?: number | undefined
  /** Completed years, not included. */
  readonly ageBelow?: number | undefined
  /** Admission of the benefit year, included. */
  readonly admissionFrom?: number | undefined
  /** Admission of the benefit year, not included. */
  readonly admissionBelow?: number | undefined
  /** Months paid without a gap, included; a bill for which they are not known does not match. */
  readonly insuredMonthsFrom?: number | undefined
  /** Months paid without a gap, not included; likewise. */
  readonly insuredMonthsBelow?: number | undefined
  readonly filing?: readonly Filing[] | undefined
  readonly place?: readonly Place[] | undefined
  /** Prefixes of a special identity (`psn_idet_type`); one of the person's identities must match. */
  readonly identity?: readonly string[] | undefined
  readonly civilServant?: boolean | undefined
  readonly emergency?: boolean | undefined
  /** Prefixes of the national care type. */
  readonly careType?: readonly string[] | undefined
  /** Prefixes of the disease the bill is for; a bill for none does not match. */
  readonly disease?: readonly string[] | undefined
  /** Kinds of birth (`matn_type`); a bill without one does not match. */
  readonly birthType?: readonly string[] | undefined
}

export interface Case<T> {
  readonly when: Condition
  readonly value: T
}

/** A parameter that may vary: the first case whose condition holds gives the value. A plain value is one open case. */
export type Choice<T> = readonly Case<T>[]

/**
 * Over what a counter runs: nothing beyond this bill, the stay, the stay in blocks of days, the calendar month or quarter,
 * the benefit year.
 */
export type Scope = 'BILL' | 'STAY' | 'DAYS' | 'MONTH' | 'QUARTER' | 'YEAR'

export type Category = 'inScope' | 'firstSelfPayment' | 'overCeiling' | 'selfPaid'

/** What an account may pay; `inScope` without `deductible` leaves the deductible to the person. */
export type AccountPart = Category | 'deductible'

export type Base =
  | { readonly kind: 'REMAINING'; readonly of: readonly Category[] }
  | { readonly kind: 'EXCESS'; readonly payer: string }
  | { readonly kind: 'COPAY'; readonly payers: readonly string[] }

/** A counter may be kept for each disease by itself. */
interface Counted {
  readonly counter: string | null
  readonly perDisease: boolean
}

/** What a stay that goes on from another hospital is charged: the whole standard, what it is higher, nothing. */
export type TransferRule = 'NEW' | 'DIFFERENCE' | 'NONE'

export interface Deductible extends Counted {
  readonly standard: Choice<Fen>
  readonly factor: Choice<Rate> | null
  readonly scope: Scope
  readonly days: number | null
  readonly transfer: TransferRule
  readonly source: string
}

export interface Band {
  readonly from: Fen
  readonly to: Fen | null
  readonly ratio: Choice<Rate>
}

export interface Bands extends Counted {
  readonly position: 'GROSS' | 'NET'
  readonly scope: Exclude<Scope, 'DAYS'>
  readonly table: Choice<readonly Band[]>
  readonly bonus: Choice<Rate> | null
  readonly rounding: 'PER_BAND' | 'CUMULATIVE'
  readonly source: string
}

export type CapUnit = 'FUND_PAID' | 'FUND_AND_SELF' | 'EXPENSE_ABOVE_DEDUCTIBLE' | 'BAND_END'

export interface Cap extends Counted {
  readonly unit: CapUnit
  /** Null amount: no cap in this case. Null choice: BAND_END, whose amount is the end of the last band. */
  readonly amount: Choice<Fen | null> | null
  readonly scope: Exclude<Scope, 'DAYS'>
  readonly source: string
}

interface PayerHead {
  readonly id: string
  readonly name: Text
  readonly when: Condition
  readonly fundPayType: string
  readonly source: string
}

export interface FundPayer extends PayerHead {
  readonly kind: 'FUND'
  readonly fund: Exclude<Fund, 'account'>
  readonly base: Base
  readonly deductible: Deductible | null
  readonly bands: Bands
  readonly caps: readonly Cap[]
}

export interface AccountPayer extends PayerHead {
  readonly kind: 'ACCOUNT'
  readonly balance: 'CURRENT' | 'HISTORY' | 'ALL'
  readonly use: 'COMPULSORY' | 'OPTIONAL'
  /** Null: what the pool's account rule says. */
  readonly pays: readonly AccountPart[] | null
}

export type Payer = FundPayer | AccountPayer

/** An own table for treatment elsewhere: replaces the standard (its factor included) and the bands of one payer. */
export interface OwnTable {
  readonly payer: string
  readonly deductible: Choice<Fen> | null
  readonly table: Choice<readonly Band[]> | null
}

export type CrossArea = { readonly when: Condition; readonly source: string } & (
  | { readonly model: 'AS_LOCAL' }
  | { readonly model: 'REFUSED' }
  | { readonly model: 'POINTS'; readonly drop: Choice<Rate>; readonly payers: readonly string[] }
  | { readonly model: 'FIRST_SELF_PAYMENT'; readonly share: Choice<Rate> }
  | { readonly model: 'OWN_TABLE'; readonly tables: readonly OwnTable[] }
)

export type DateRule = 'LINE' | 'ADMISSION' | 'DISCHARGE' | 'SETTLEMENT'

export interface DecidingDate {
  /** Prefixes of the national care type; the first rule that matches counts. */
  readonly careTypes: readonly string[]
  readonly policy: DateRule
  readonly personType: DateRule
  readonly year: DateRule
  /** A stay across the end of the benefit year belongs whole to the year of the `year` date, or is settled in two. */
  readonly acrossYearEnd: 'WHOLE_STAY' | 'INTERIM_SETTLEMENT'
  readonly source: string
}

/** Whether a stay is settled that was opened before the agreement was suspended, terminated or ended, by what ended it. */
export interface OpenStays {
  readonly suspended: OpenStay
  readonly terminated: OpenStay
  readonly expired: OpenStay
  /** Suspended or terminated for fraud. */
  readonly fraud: OpenStay
  readonly source: string
}

export type OpenStay = 'SETTLE_WHAT_WAS_ADMITTED' | 'REFUSE'

/** What the notice of a pool says for all its policies. */
export interface PoolRules {
  readonly lineDecimals: { readonly value: 2 | 3 | 4; readonly source: string }
  readonly benefitYear: { readonly month: number; readonly day: number; readonly source: string }
  readonly decidingDate: readonly DecidingDate[]
  readonly coverageLapse: { readonly stay: 'ADMISSION_DECIDES' | 'LINE_DECIDES'; readonly source: string }
  readonly account: { readonly countedInFund: boolean; readonly pays: readonly AccountPart[]; readonly source: string }
  readonly localUseWhileFiled: {
    readonly refused: readonly ('LONG_TERM' | 'REFERRAL' | 'OTHER_TEMPORARY')[]
    readonly source: string
  }
  readonly emergencyCountsAsFiled: { readonly value: boolean; readonly source: string }
  /** Whose catalogue, ratios and ceilings hold for treatment outside the pool: of the place, or of home. */
  readonly catalogueElsewhere: { readonly value: 'PLACE' | 'HOME'; readonly source: string }
  /** Emergency observation that ended at most so many days before an admission joins the stay; 0: it never does. */
  readonly observationJoins: { readonly days: number; readonly source: string }
  /** A stay that begins at most so many days after one elsewhere ended in a transfer goes on from that one. */
  readonly transfer: { readonly days: number; readonly source: string }
  /** What accounts of bound relatives may pay, and for persons of which insurance types; no type: no mutual aid. */
  readonly mutualAid: {
    readonly pays: readonly AccountPart[]
    readonly insuranceTypes: readonly string[]
    readonly source: string
  }
  /** Which settlement may be taken back: any, only the person's latest, or any with its bill reckoned again. */
  readonly reversalOrder: { readonly value: 'ANY' | 'LATEST_FIRST' | 'RECOMPUTED'; readonly source: string }
  /** Within how many days a bill paid in full may become an insured settlement at the same institution. */
  readonly conversion: { readonly days: number; readonly source: string }
  /** What becomes of a drug line without its trace codes. */
  readonly traceCodes: { readonly value: 'REQUIRED' | 'WARNED' | 'OFF'; readonly source: string }
  /** How long an online order may stay unpaid. */
  readonly online: { readonly minutes: number; readonly source: string }
  /** What becomes of stays that were open when the institution's agreement ceased to hold. */
  readonly openStays: OpenStays
  /** What the agreement must cover for care of its kind: treatment of persons from other provinces, chronic outpatient. */
  readonly capabilities: { readonly required: readonly ('CROSS_PROVINCE' | 'CHRONIC')[]; readonly source: string }
  /** What is ordered by doctors whose right to be paid for is suspended. */
  readonly suspendedStaff: { readonly value: 'REFUSED' | 'PAID_IN_EMERGENCIES' | 'PAID'; readonly source: string }
  /** How long the quote of a trial binds. */
  readonly quote: { readonly minutes: number; readonly source: string }
  /** Whether a credential is shown again when a stay ends: the visit token of the admission settles it no more then. */
  readonly credentialAtDischarge: { readonly value: boolean; readonly source: string }
  /** Prefixes of the care types for which the fund pays at the institutions alone that the person has chosen. */
  readonly chosenInstitution: { readonly careTypes: readonly string[]; readonly source: string }
  /** Whether maternity care is paid for only when it was registered. */
  readonly maternityRegistration: { readonly value: boolean; readonly source: string }
  readonly crossArea: readonly CrossArea[]
}

/** A pool's common part, shared by its policies. */
export interface Pool {
  readonly code: string
  readonly name: Text
  /** Prefixes of the divisions that belong to the pool. */
  readonly area: readonly string[]
  readonly rules: PoolRules
  /** By key: the pool's own documents and those of the national frame. */
  readonly sources: ReadonlyMap<string, Source>
}

/** One policy in force over a period, validated. Immutable; the split resolves it once per kind of case. */
export interface Policy {
  readonly id: string
  /** The day it comes into force, `2023-11-17`; of a revision with its number, `2023-11-17.2`. */
  readonly version: string
  /** 1, or the number of a revision, which takes the place of those before it for bills that are not settled yet. */
  readonly revision: number
  readonly name: Text
  readonly pool: Pool
  readonly insuranceTypes: readonly string[]
  readonly personTypes: readonly string[]
  readonly careTypes: readonly string[]
  readonly from: Temporal.PlainDate
  readonly to: Temporal.PlainDate | null
  readonly payers: readonly Payer[]
  readonly crossArea: readonly CrossArea[]
}
