import type { CredentialKind } from '@yibao/schema/ids'
import type { Fen, Quantity, UnitPrice } from '@yibao/schema/money'
import type { CareKind } from './care-type.ts'
import type { Claimed } from './claim-bill.ts'
import type { Maybe } from './fields.ts'
import type { OpenedVisit } from './opened-visit.ts'
import type { Place } from './place.ts'

/** A bill as a client sends it: codes, amounts and instants are still text. The GraphQL input has this shape. */
export interface BillInput {
  readonly credential: { readonly kind: string; readonly value: string }
  readonly institution?: Maybe<string>
  /** Where the person is insured; needed when that is another province. */
  readonly insuredPool?: Maybe<string>
  readonly insuranceType?: Maybe<string>
  readonly operator: { readonly code: string; readonly name?: Maybe<string>; readonly terminal: string }
  readonly visit: string
  readonly chargeBatch: string
  readonly invoice?: Maybe<string>
  readonly careType: string
  readonly emergency?: Maybe<boolean>
  readonly trauma?: Maybe<{ readonly thirdParty: boolean; readonly promise?: Maybe<boolean> }>
  readonly begin: string
  readonly end: string
  readonly diagnoses: readonly DiagnosisInput[]
  readonly useAccount: boolean
  readonly useMutualAid?: Maybe<boolean>
  readonly disease?: Maybe<string>
  readonly birthType?: Maybe<string>
  readonly quote?: Maybe<string>
  readonly confirmWithin?: Maybe<number>
  /** Settlement number of the stay at the hospital the patient was transferred from. */
  readonly transferredFrom?: Maybe<string>
  readonly converts?: Maybe<{ readonly invoice: string; readonly paidAt: string; readonly paid: string }>
  readonly total: string
  readonly lines: readonly LineInput[]
}

export interface DiagnosisInput {
  readonly code: string
  readonly name: string
  readonly kind?: Maybe<string>
}

export interface LineInput {
  readonly serial: string
  readonly code: string
  readonly ownCode: string
  readonly price: string
  readonly quantity: string
  readonly amount: string
  readonly time: string
  readonly department?: Maybe<string>
  readonly doctor?: Maybe<string>
  readonly prescription?: Maybe<string>
  readonly ePrescription?: Maybe<string>
  readonly days?: Maybe<number>
  readonly approval?: Maybe<string>
  readonly takeHome?: Maybe<boolean>
  readonly traceCodes?: Maybe<readonly string[]>
  readonly refundOf?: Maybe<string>
}

/** `opter_type`: 1 a person at the counter, 2 a self-service terminal, 3 a mobile device. */
export type Terminal = '1' | '2' | '3'

/** `diag_type`: 1 western, 2 main disease of Chinese medicine, 3 its syndrome. The first of a bill is the main one. */
export interface Diagnosis {
  readonly code: string
  readonly name: string
  readonly kind: '1' | '2' | '3'
}

/** How an injury came about: whether somebody else is liable, and the signed promise that nobody is. */
export interface Trauma {
  readonly thirdParty: boolean
  readonly promise: boolean
}

export type Approval = 'NOT_NEEDED' | 'APPROVED' | 'REFUSED'

export interface BillLine {
  readonly serial: string
  readonly code: string
  readonly ownCode: string
  readonly price: UnitPrice
  readonly quantity: Quantity
  readonly amount: Fen
  readonly time: Temporal.Instant
  readonly department: string | null
  readonly doctor: string | null
  readonly prescription: string | null
  /** Number of the e-prescription the line dispenses from; a stored line does not hold it, its dispensing does. */
  readonly ePrescription?: string | null
  readonly days: number | null
  readonly approval: Approval
  readonly takeHome: boolean
  readonly traceCodes: readonly string[]
  /** Serial of the earlier line this one takes back; only then quantity and amount are negative. */
  readonly refundOf: string | null
}

/** `matn_type`: how a birth went, or that it was an examination before one. */
export type BirthType = '1' | '2' | '3' | '4' | '5' | '6' | '7' | '9'

/** The invoice of a bill the person has paid in full, which this settlement takes the place of. */
export interface Converted {
  readonly invoice: string
  readonly paidAt: Temporal.Instant
  readonly paid: Fen
}

/** A bill that has been read and is consistent in itself. Whether the insurance pays for it is not decided yet. */
export interface Bill {
  readonly credential: { readonly kind: CredentialKind; readonly value: string }
  readonly institution: string
  /** `insuplc_admdvs`; null leaves it to the credential, on this platform. */
  readonly insuredPool: string | null
  /** `insutype` the client asks for; null leaves the choice to the enrolments. */
  readonly insuranceType: string | null
  readonly operator: { readonly code: string; readonly name: string | null; readonly terminal: Terminal }
  readonly visit: string
  readonly chargeBatch: string
  readonly invoice: string | null
  readonly careType: string
  readonly careKind: CareKind
  readonly emergency: boolean
  readonly trauma: Trauma | null
  readonly begin: Temporal.Instant
  readonly end: Temporal.Instant
  readonly diagnoses: readonly Diagnosis[]
  readonly useAccount: boolean
  /** Whether bound relatives may pay what the own account cannot. */
  readonly useMutualAid: boolean
  /** `dise_codg`: the registered chronic or special disease, or the single disease of a quota. */
  readonly disease: string | null
  readonly birthType: BirthType | null
  /** Id of the quote the bill is settled by. */
  readonly quote: string | null
  /** Minutes within which the institution confirms, or else the settlement is reversed. */
  readonly confirmWithin: number | null
  readonly converts: Converted | null
  /** Settlement of the stay at the hospital the patient was transferred from. */
  readonly transferredFrom: string | null
  readonly total: Fen
  readonly lines: readonly BillLine[]
  /** The opened visit the bill was made of. */
  readonly opened?: OpenedVisit
  /** Set when the platform of another province sends it, for a person insured here. */
  readonly place?: Place
  /** Set when no institution sends it, but a person who has paid claims it. */
  readonly claim?: Claimed
}
