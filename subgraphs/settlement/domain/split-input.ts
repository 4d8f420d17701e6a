import type { Fen, Quantity, Rate, UnitPrice } from '@yibao/schema/money'
import type { FindingMark } from './check-finding.ts'

/** Where the person is treated, seen from the pool that insures them. */
export type Place = 'IN_POOL' | 'IN_PROVINCE' | 'OUT_OF_PROVINCE'

/** On what ground a person is treated outside their pool. LOCAL inside it; EMERGENCY counts as filed by rule. */
export type Filing = 'LOCAL' | 'LONG_TERM' | 'REFERRAL' | 'EMERGENCY' | 'OTHER_TEMPORARY' | 'UNFILED'

/** Level of the institution as policies see it; PHARMACY for retail pharmacies. */
export type Level = 'LEVEL_1' | 'LEVEL_2' | 'LEVEL_3' | 'COMMUNITY' | 'PHARMACY'

/** The catalogue entry that was in force for a line on its date, for the place of treatment. */
export interface LineItem {
  /** 甲 A, 乙 B, 丙 C (`chrgitm_lv` 01, 02, 03); NONE when the code is known but not covered there. */
  readonly class: 'A' | 'B' | 'C' | 'NONE'
  /** First self-payment ratio (`selfpay_prop`), ten-thousandths; 0 for class A. */
  readonly selfPayRatio: Rate
  /** Price ceiling (`pric_uplmt_amt`); null for none. */
  readonly ceiling: UnitPrice | null
  /** What happens above the ceiling: the excess, or the whole line, is the person's (`overlmt_dspo_way`). */
  readonly overCeiling: 'EXCESS' | 'WHOLE_LINE'
  /** Restricted use (`lmt_used_flag`): in scope only with the hospital's approval. */
  readonly restricted: boolean
}

export interface SplitLine {
  readonly serial: string
  readonly price: UnitPrice
  /** Negative on a refund line. */
  readonly quantity: Quantity
  readonly amount: Fen
  /** `hosp_appr_flag` 0, 1, 2. */
  readonly approval: 'NOT_NEEDED' | 'APPROVED' | 'REFUSED'
  readonly item: LineItem
  /** Serial of the earlier line this one takes back; its approval and item are that line's. */
  readonly refundOf?: string
  /** A check denied the line: no fund pays it. */
  readonly denied?: true
  /** What a reviewer of a claim let into scope of the line at most, and why no more. */
  readonly review?: LineReview
}

/** The word of a reviewer about a line of a claim: the rest of it is the person's. */
export interface LineReview {
  readonly inScope: Fen
  readonly reason: string
}

/** A bound relative whose personal account may pay, as it stands before this bill. */
export interface Sponsor {
  readonly insuredId: string
  readonly current: Fen
  readonly history: Fen
  /** What is left of the yearly limit of the binding; null for none. */
  readonly limit: Fen | null
}

/**
 * Everything the split depends on, resolved. It is stored whole with the settlement and recomputed from by
 * explanation and `verify`; nothing else may influence the result.
 */
export interface SplitInput {
  readonly pool: string
  readonly insuranceType: string
  /** Id and version of the policy that applies, `620200-employee-inpatient` and `2023-11-17`. */
  readonly policy: { readonly id: string; readonly version: string }
  readonly person: {
    /** National person type code, `1101`. Policies match by prefix. */
    readonly personType: string
    /** Completed years on the deciding date. */
    readonly age: number
    /** Special identities in force on the deciding date (`psn_idet_type`). */
    readonly identities: readonly string[]
    readonly civilServant: boolean
    /** Months paid without a gap up to the deciding date, for policies that ask. */
    readonly insuredMonths?: number
  }
  readonly care: {
    /** National care type code (`med_type`), `21`. Policies match by prefix. */
    readonly careType: string
    readonly emergency: boolean
    readonly level: Level
    readonly place: Place
    readonly filing: Filing
    /** Which inpatient admission of the benefit year this is, from 1; 1 for outpatient care. */
    readonly admission: number
    /** Days of the stay, at least 1. */
    readonly days: number
    /** Benefit year as the pool counts it, `2025` (the year it starts in). */
    readonly year: string
    /** Identifies the stay for counters of that scope. */
    readonly visit: string
    /** Calendar month of the date that decides the year, `2026-03`, for counters by month and quarter. */
    readonly month?: string
    /** Code of the registered or single disease the bill is for; policies match by prefix. */
    readonly disease?: string
    /** Kind of birth (`matn_type` 1–9) of maternity care. */
    readonly birthType?: string
    /** A stay that goes on from another hospital: what was charged there of the deductible. */
    readonly transfer?: { readonly charged: Fen }
  }
  readonly lines: readonly SplitLine[]
  /** What was consumed before this bill, by counter key (`name@period`); absent means zero. */
  readonly counters: Readonly<Record<string, Fen>>
  /** Personal-account balances before this bill. */
  readonly accounts: { readonly current: Fen; readonly history: Fen }
  readonly useAccount: boolean
  /** Bound relatives whose accounts may pay what is left, in the order in which they pay. */
  readonly sponsors?: readonly Sponsor[]
  /** A check denied the whole bill: no fund pays, accounts may. */
  readonly noFund?: true
  /** What the checks found: by which rule at which version lines or the bill were denied, or were only warned of. */
  readonly findings?: readonly FindingMark[]
}
