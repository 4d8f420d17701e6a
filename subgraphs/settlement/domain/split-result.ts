import type { Fen, Rate } from '@yibao/schema/money'
import type { CapUnit } from './policy.ts'

/** Level 1 of the split: the four parts of one line; they add up to its amount (identity I6). */
export interface LineSplit {
  readonly serial: string
  /** `fulamt_ownpay_amt` */
  readonly selfPaid: Fen
  /** `overlmt_amt` */
  readonly overCeiling: Fen
  /** `preselfpay_amt` */
  readonly firstSelfPayment: Fen
  /** `inscp_scp_amt` */
  readonly inScope: Fen
  /** Which rule decided, for the explanation. */
  readonly rule:
    | 'CLASS_C'
    | 'NOT_COVERED'
    | 'DENIED'
    | 'REVIEWED'
    | 'RESTRICTED'
    | 'APPROVAL_REFUSED'
    | 'OVER_CEILING_WHOLE'
    | 'SPLIT'
}

/** Names the accounts of bound relatives among the payers of a bill, and in `fund_pay_type`. */
export const MUTUAL_AID = 'mutual-aid'
export const MUTUAL_AID_TYPE = '310201'

/** Which amount column of the settlement a payer fills. */
export type Fund =
  | 'hifp'
  | 'hifob'
  | 'hifmi'
  | 'cvlserv'
  | 'hifes'
  | 'maf'
  | 'hifdm'
  | 'oth'
  | 'hospital'
  | 'account'
  | 'mutualAid'

export interface BandPart {
  readonly from: Fen
  readonly to: Fen | null
  /** How much of this bill lies in the band. */
  readonly part: Fen
  readonly ratio: Rate
  readonly pay: Fen
}

export interface CapUse {
  readonly amount: Fen
  readonly used: Fen
  readonly unit: CapUnit | 'BALANCE'
  /** What the cap took away, in its own unit: fund money for FUND_PAID, else expense. */
  readonly cut: Fen
}

/** What was consumed before a payer paid; `caps` in the order of its tariff. */
export interface Used {
  readonly deductible: Fen
  readonly position: Fen
  readonly caps: readonly Fen[]
}

/** One step of the waterfall with the numbers that gave its result, so that each can be explained and checked. */
export interface PayerSplit {
  readonly payer: string
  readonly fund: Fund
  /** `fund_pay_type`, `310100` */
  readonly fundPayType: string
  /** What the payer looked at. */
  readonly base: Fen
  readonly deductible: { readonly standard: Fen; readonly used: Fen; readonly charged: Fen } | null
  /** How the bands priced it, before the cap (identity I8). */
  readonly bands: readonly BandPart[]
  /** Counters before it; null for accounts. */
  readonly used: Used | null
  /** The cap that cut, or the tightest one; an account's balance stands here with the unit BALANCE. */
  readonly cap: CapUse | null
  readonly paid: Fen
  /** What lies between: priced by the bands and left to the person or to a later payer. */
  readonly copay: Fen
  /** The part of the base beyond the cap, which a later payer may take over. */
  readonly excess: Fen
}

/** The amounts of `setlinfo`; identities I1–I5 hold among them. */
export interface Amounts {
  readonly total: Fen
  readonly selfPaid: Fen
  readonly overCeiling: Fen
  /** Lines' first self-payment plus the cross-area first self-payment, which is reported with it. */
  readonly firstSelfPayment: Fen
  /** The part of `firstSelfPayment` that comes from treatment outside the pool, not from a line. */
  readonly crossArea: Fen
  readonly inScope: Fen
  /** `act_pay_dedc`: what this bill consumed, not the standard. */
  readonly deductible: Fen
  readonly hifp: Fen
  readonly cvlserv: Fen
  readonly hifes: Fen
  readonly hifmi: Fen
  readonly hifob: Fen
  readonly hifdm: Fen
  readonly maf: Fen
  readonly oth: Fen
  readonly fundTotal: Fen
  readonly hospital: Fen
  readonly personal: Fen
  readonly account: Fen
  readonly mutualAid: Fen
  readonly cash: Fen
  /** `pool_prop_selfpay`: against its name the fund's ratio, that of the band the bill ended in. */
  readonly poolRatio: Rate
}

export interface SponsorPaid {
  readonly insuredId: string
  readonly current: Fen
  readonly history: Fen
}

export interface SplitResult {
  readonly engine: number
  readonly lines: readonly LineSplit[]
  readonly payers: readonly PayerSplit[]
  readonly amounts: Amounts
  /** What this bill consumed, by counter key (`name@period`); only non-zero entries. */
  readonly consumed: Readonly<Record<string, Fen>>
  readonly accountPaid: { readonly current: Fen; readonly history: Fen }
  /** What each bound relative's account paid, those only that did, in their order. */
  readonly sponsorsPaid: readonly SponsorPaid[]
  /**
   * Pool switch of identity I4: when true, `fundTotal` contains the account, `personal` does not, and the rows of
   * `setldetail` add up to `fundTotal` plus `hospital`.
   */
  readonly accountInFund: boolean
}
