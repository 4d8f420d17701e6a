import type { Fen, Rate, UnitPrice } from '@yibao/schema/money'
import type { BillLine, Diagnosis } from './bill.ts'
import type { CareKind } from './care-type.ts'
import type { Finding } from './check-finding.ts'
import type { SplitInput } from './split-input.ts'
import type { Amounts, LineSplit } from './split-result.ts'

/** Who the bill is about, as the enrolment showed it when the bill was settled. */
export interface Patient {
  readonly insuredId: string
  /** `psn_no` */
  readonly personNumber: string
  readonly personName: string
  /** `psn_cert_type` */
  readonly certificateType: string
  readonly identityMasked: string
  /** `gend`: 1 male, 2 female. */
  readonly sex: string
  /** `naty` */
  readonly nationality: string
  readonly birthDate: Temporal.PlainDate
  /** Pool the person is insured in (`insuplc_admdvs`). */
  readonly pool: string
  readonly insuranceType: string
  readonly personType: string
  readonly civilServant: boolean
}

/** What was treated, where and when, and who sent the bill. */
export interface Encounter {
  readonly institution: string
  /** Pool whose bureau clears with the institution (`clr_optins`). */
  readonly clearingAgency: string
  readonly visit: string
  readonly chargeBatch: string
  readonly invoice: string | null
  readonly careType: string
  readonly careKind: CareKind
  readonly emergency: boolean
  /** An injury; nobody else is liable and the patient promised so in writing. */
  readonly trauma: boolean
  readonly beginAt: Temporal.Instant
  readonly endAt: Temporal.Instant
  readonly diagnoses: readonly Diagnosis[]
  /** `mdtrt_cert_type`; the value of the credential is never kept. */
  readonly credentialKind: string
  readonly operator: string
  readonly operatorName: string | null
  readonly terminal: string
}

/** The amounts of `setlinfo`, every one a column of its own: the database checks identities I1–I5 and I7 on them. */
export interface SettledAmounts extends Omit<Amounts, 'poolRatio'> {
  /** Sum of the rows of `setldetail` (identity I5). */
  readonly detailTotal: Fen
}

/** One row of `setldetail`: what one payer paid. */
export interface FundShare {
  /** Name of the payer in the policy. */
  readonly payer: string
  /** `fund_pay_type` */
  readonly fundPayType: string
  /** `inscp_scp_amt`: what the payer looked at. */
  readonly base: Fen
  /** `crt_payb_lmt_amt`: what was left under the payer's cap before this bill; null without a cap. */
  readonly limit: Fen | null
  /** `fund_payamt` */
  readonly paid: Fen
}

/** A settled bill, or the reversal of one. It is written once and never changed. */
export interface Settlement extends Patient, Encounter, SettledAmounts {
  readonly id: string
  readonly caller: string
  /** The id the institution's system gave the request (`medins_setl_id`). */
  readonly requestId: string
  readonly settledAt: Temporal.Instant
  /** `pool_prop_selfpay`: against its name the fund's ratio. */
  readonly poolRatio: Rate
  /** Whether the pool counts the personal account among the funds (identity I4). */
  readonly accountInFund: boolean
  /** `balc`: personal account, current and history together, after this bill. */
  readonly balance: Fen
  readonly funds: readonly FundShare[]
  /** What the bill consumed, by counter key. */
  readonly consumed: Readonly<Record<string, Fen>>
  readonly engine: number
  /** Everything the split depended on; null on a reversal that mirrors amounts and decides nothing. */
  readonly input: SplitInput | null
  /** The settlement this one takes back. */
  readonly reverses: string | null
  /** The settlement of the whole bill, of which this one is what a refund left. */
  readonly replaces: string | null
  /** It takes back, or replaces, what was declared or belongs to a closed benefit year. */
  readonly correction: boolean
  /** Its benefit year is closed: only money moved, the counters of that year stayed. */
  readonly keepsCounters: boolean
  /** Province whose platform keeps the other side of it, `51`; null when both sides are here. */
  readonly otherProvince: string | null
  /** The claim it was made for; null for the bill of an institution. */
  readonly claimId: string | null
  /** What the checks found in the bill; nothing on a reversal. */
  readonly findings: readonly Finding[]
}

/** A line as it was settled: what the bill said, what the catalogue said, and the four parts. */
export interface SettledLine extends BillLine, Omit<LineSplit, 'rule'> {
  /** Place in the bill, from 1. */
  readonly number: number
  readonly name: string
  readonly ceiling: UnitPrice | null
  readonly selfPayRatio: Rate
  readonly class: 'A' | 'B' | 'C' | 'NONE'
  readonly chargeType: string
  readonly listType: string
  readonly essential: boolean
  readonly negotiated: boolean
  readonly paediatric: boolean
  readonly special: boolean
  readonly restricted: boolean
  readonly rule: string
}

/** A settlement as it is answered: a fresh one brings its lines along, others load them when asked. */
export interface SettledBill extends Settlement {
  readonly lines?: readonly SettledLine[]
  /** The ids of the person, where they were just read: that of the settlement and those of records merged into it. */
  readonly records?: readonly string[]
}
