import type { Fen } from '@yibao/schema/money'
import type { StoredRejection } from '@yibao/schema/rejection'
import type { PrescriptionFacts } from './dispense.ts'
import type { PastVisit } from './check-history.ts'
import type { SettledClaim } from './claim-beside.ts'
import type { Credential } from './credential.ts'
import type { FilingRecord } from './filing.ts'
import type { ChosenRecord, MaternityRecord } from './held-registrations.ts'
import type { QuoteRecord } from './quote.ts'
import type { RegistrationRecord } from './registration.ts'
import type { SponsorRecord } from './sponsor.ts'
import type { Level } from './split-input.ts'
import type { TransferRecord } from './transfer.ts'
import type { VisitState } from './visit.ts'

/** One enrolment of the person, with who the person is. Days are ISO texts, which order as days do. */
export interface Enrolment {
  readonly insuredId: string
  readonly personNumber: string
  readonly name: string
  readonly sex: string
  readonly nationality: string
  readonly birthDate: string
  readonly certificateType: string
  readonly identityMasked: string
  readonly enrolmentId: string
  readonly pool: string
  readonly insuranceType: string
  readonly personType: string
  readonly civilServant: boolean
  /** `psn_insu_stas`: 1 normal, 2 suspended, 4 ended. */
  readonly status: string
  readonly beginOn: string
  readonly endOn: string | null
  readonly identities: readonly { readonly type: string; readonly from: string; readonly to: string | null }[]
  /** When there is a waiting period before `beginOn`: since when the person is enrolled. */
  readonly enteredOn?: string
  /** Why it is suspended, or why it covers later than it begins. */
  readonly reason?: string | null
}

/** An agreement of the institution with the bureau of a pool. */
export interface Agreement {
  readonly name: string
  readonly kind: 'HOSPITAL' | 'PHARMACY'
  readonly level: Level
  readonly pool: string
  readonly beginOn: string
  readonly endOn: string | null
  readonly status: 'ACTIVE' | 'SUSPENDED' | 'TERMINATED'
  readonly reason: string | null
  /** From when it is not active; null while it is. */
  readonly since: string | null
  readonly cause: 'FRAUD' | 'BREACH' | 'REQUEST' | 'OTHER' | null
  /** Suspensions that are over. */
  readonly suspensions: readonly (readonly [from: string, to: string])[] | null
  /** What it covers beyond ordinary care, and on which days. */
  readonly capabilities: readonly (readonly [name: string, from: string, to: string | null])[] | null
  /** Levels by their first day, oldest first; null while the level never changed. */
  readonly levels: readonly (readonly [from: string | null, level: Level])[] | null
}

export interface CounterRecord {
  readonly pool: string
  readonly insuranceType: string
  readonly name: string
  readonly period: string
  readonly amount: Fen
}

/** An admission already settled, in whole or in part. */
export interface StayRecord {
  /** The record of the person it was settled under. */
  readonly insuredId: string
  readonly pool: string
  readonly insuranceType: string
  readonly year: string
  readonly institution: string
  readonly visit: string
  readonly number: number
}

/** What became of an earlier request with the same id. */
export interface RequestRecord {
  readonly operation: string
  readonly digest: string
  /** PENDING while another platform has it and has not answered. */
  readonly outcome: 'COMMITTED' | 'REFUSED' | 'ANNULLED' | 'PENDING'
  /** Settlement and reversal ids, or the rejection. */
  readonly result: RequestResult | null
  readonly insuredId: string | null
}

export interface RequestResult {
  readonly settlement?: string
  readonly reversal?: string
  readonly rejection?: StoredRejection
}

/** The settlement that holds a natural key. */
export interface KeyHolder {
  readonly insuredId: string
  readonly settlementId: string
}

/** Everything the decision about one bill needs from the database, as one snapshot. */
export interface Facts {
  readonly request: RequestRecord | null
  readonly bill: KeyHolder | null
  readonly invoice: KeyHolder | null
  /** The visit as it is beside these facts, when it was opened here. */
  readonly openedVisit: { readonly state: VisitState; readonly version: bigint } | null
  /** Stays of the person in this institution at the same time; read for a stay that was opened without a credential. */
  readonly admissions: readonly string[]
  /** The stay before, when the bill says that the patient was transferred. */
  readonly transfer: TransferRecord | null
  /** Unreversed settlements of the same visit, other charge batches included. */
  readonly visit: readonly KeyHolder[]
  /**
   * Numbers of the claims among those that hold keys of the bill, by the id they hold them under, null for those of somebody else;
   * absent where nobody does.
   */
  readonly claims?: ReadonlyMap<string, string | null>
  /** Whether claims of the person were settled and still are; what they are of is read only for a bill they may be of. */
  readonly hasSettledClaims: boolean
  readonly settledClaims: readonly SettledClaim[]
  /** Numbers of live claims of the person that have the bill's invoice, or the one it converts; absent where neither was asked. */
  readonly claimed?: { readonly invoice: string | null; readonly converts: string | null }
  /** Which of them settled each line, by serial: a serial is given once within a visit (national upload of charges). */
  readonly visitSerials: ReadonlyMap<string, string>
  readonly credential: Credential | null
  /** How many credentials of nobody the institution has sent on the day; absent where it was not asked. */
  readonly unknownToday?: number
  /** The ids of the person: the credential's, and those of the records that were merged into theirs. */
  readonly records: readonly string[]
  /** Whether money of a merged record, the person's or a sponsor's, has not reached the one that goes on. */
  readonly isMoneyUnderWay: boolean
  /** Version of the person's money; 0 before the first bill. */
  readonly version: bigint
  /** Time of the latest change of it. */
  readonly lastAt: Temporal.Instant | null
  readonly enrolments: readonly Enrolment[]
  readonly agreements: readonly Agreement[]
  readonly filings: readonly FilingRecord[]
  readonly accounts: { readonly current: Fen; readonly history: Fen }
  readonly counters: readonly CounterRecord[]
  readonly stays: readonly StayRecord[]
  /** The person's other visits that can matter to this bill, settled or under way. */
  readonly otherVisits: readonly PastVisit[]
  /** Whether relatives are bound to pay; who they are is read only when a bill may ask them. */
  readonly hasSponsors: boolean
  readonly sponsors: readonly SponsorRecord[]
  /** Months for which contributions of each insurance were paid, in whatever pool; null where no policy may ask. */
  readonly paidMonths: readonly { readonly insuranceType: string; readonly month: string }[] | null
  /** Read only for care that needs one. */
  readonly registrations: readonly RegistrationRecord[]
  /** Where the person chose to be treated; read only where their pool asks for it. */
  readonly chosen: readonly ChosenRecord[]
  /** Registrations for maternity care; read only where their pool asks for one. */
  readonly maternity: readonly MaternityRecord[]
  /** The quote the bill names. */
  readonly quote: QuoteRecord | null
  /** Whether the bill's invoice number was voided by a conversion. */
  readonly invoiceVoid: boolean
  /** The settlement the converted invoice was converted to before. */
  readonly converted: KeyHolder | null
  /** The person's own e-prescriptions among those the bill names. */
  readonly prescriptions: readonly PrescriptionFacts[]
  /** Trace codes of the bill that were paid before, by whomever. */
  readonly paidCodes: readonly string[]
  readonly catalogueVersion: bigint
  readonly policyVersion: bigint
  /** Of the list of suspended practitioners. */
  readonly suspensionVersion: bigint
}
