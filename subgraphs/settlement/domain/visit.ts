import type { BillInput, BirthType, Diagnosis, DiagnosisInput, LineInput, Trauma } from './bill.ts'
import type { CareKind } from './care-type.ts'
import type { Maybe } from './fields.ts'

export const VISIT_STATES = ['OPEN', 'DISCHARGED', 'SETTLED', 'CANCELLED'] as const
export type VisitState = (typeof VISIT_STATES)[number]

/** `dscg_way`: on order, to another hospital, to the community, against advice, death, otherwise. */
export const DISCHARGE_WAYS = ['1', '2', '3', '4', '5', '9'] as const
export type DischargeWay = (typeof DISCHARGE_WAYS)[number]
export const TRANSFERRED: DischargeWay = '2'

/** A stay or an outpatient registration: who is treated for what, from when to when, and how far it is settled. */
export interface Visit {
  readonly institution: string
  /** The number the institution gave it (`mdtrt_id`). */
  readonly visit: string
  readonly id: string
  /** Null while no credential was shown. */
  readonly insuredId: string | null
  /** Pool the person is insured in, as far as it is known. */
  readonly pool: string | null
  /** Bureau under whose agreement it was opened or, later, settled; null of visits of before. */
  readonly agency: string | null
  readonly insuranceType: string | null
  readonly careType: string
  readonly careKind: Exclude<CareKind, 'PHARMACY'>
  readonly emergency: boolean
  readonly trauma: Trauma | null
  readonly admittedAt: Temporal.Instant
  /** The earliest time of a line. */
  readonly linesFrom: Temporal.Instant
  readonly dischargedAt: Temporal.Instant | null
  readonly dischargeWay: DischargeWay | null
  readonly department: string | null
  readonly bed: string | null
  readonly doctor: string | null
  readonly diagnoses: readonly Diagnosis[]
  readonly disease: string | null
  readonly birthType: BirthType | null
  /** Settlement of the stay at the hospital that sent the patient on. */
  readonly transferredFrom: string | null
  /** The observation whose lines came along. */
  readonly joins: string | null
  /** The stay this observation's lines went to. */
  readonly joinedTo: string | null
  readonly state: VisitState
  readonly version: bigint
  readonly nextLine: number
  /** Until when the lines are settled by interim settlements. */
  readonly settledTo: Temporal.Instant | null
  /** Ids of all its settlements, those taken back as well. */
  readonly settlements: readonly string[]
  readonly operator: string
  readonly openedAt: Temporal.Instant
  readonly changedAt: Temporal.Instant
}

/** A line of a visit: what was sent, and what became of it. */
export interface VisitLine {
  readonly serial: string
  /** Place among the lines of the visit. */
  readonly number: number
  readonly chargeBatch: string | null
  readonly time: Temporal.Instant
  readonly refundOf: string | null
  readonly sent: LineInput
  readonly uploadedAt: Temporal.Instant
  /** The settlement that settled it. */
  readonly settledBy: string | null
  readonly joinedFrom: string | null
}

interface CredentialInput {
  readonly kind: string
  readonly value: string
}

interface OperatorInput {
  readonly code: string
  readonly name?: Maybe<string>
  readonly terminal: string
}

interface TraumaInput {
  readonly thirdParty: boolean
  readonly promise?: Maybe<boolean>
}

/** Input_2201, Input_2401. */
export interface OpenVisitInput {
  readonly visit: string
  readonly credential?: Maybe<CredentialInput>
  readonly insuredPool?: Maybe<string>
  readonly insuranceType?: Maybe<string>
  readonly operator: OperatorInput
  readonly careType: string
  readonly emergency?: Maybe<boolean>
  readonly trauma?: Maybe<TraumaInput>
  readonly begin: string
  readonly department?: Maybe<string>
  readonly bed?: Maybe<string>
  readonly doctor?: Maybe<string>
  readonly diagnoses?: Maybe<readonly DiagnosisInput[]>
  readonly disease?: Maybe<string>
  readonly birthType?: Maybe<string>
  readonly joins?: Maybe<string>
  readonly transferredFrom?: Maybe<string>
}

/** Input_2203, Input_2403: what is left out stays as it is. */
export interface ChangeVisitInput {
  readonly visit: string
  readonly careType?: Maybe<string>
  readonly emergency?: Maybe<boolean>
  readonly trauma?: Maybe<TraumaInput>
  readonly begin?: Maybe<string>
  readonly department?: Maybe<string>
  readonly bed?: Maybe<string>
  readonly doctor?: Maybe<string>
  readonly diagnoses?: Maybe<readonly DiagnosisInput[]>
  readonly disease?: Maybe<string>
  readonly birthType?: Maybe<string>
  readonly transferredFrom?: Maybe<string>
}

/** Input_2402. */
export interface DischargeInput {
  readonly visit: string
  readonly end: string
  readonly way: string
  readonly department?: Maybe<string>
  readonly bed?: Maybe<string>
  readonly diagnoses?: Maybe<readonly DiagnosisInput[]>
  readonly disease?: Maybe<string>
  readonly birthType?: Maybe<string>
}

/** Input_2204, Input_2301. */
export interface UploadLinesInput {
  readonly visit: string
  /** Needed for outpatient care, which is settled batch by batch. */
  readonly chargeBatch?: Maybe<string>
  readonly lines: readonly LineInput[]
}

/** Input_2205, Input_2302: the lines named, those of a batch, or all that are not settled. */
export interface WithdrawLinesInput {
  readonly visit: string
  readonly serials?: Maybe<readonly string[]>
  readonly chargeBatch?: Maybe<string>
}

/** Input_2206, Input_2207, Input_2303, Input_2304. */
export interface SettleVisitInput {
  readonly visit: string
  readonly credential: CredentialInput
  readonly insuranceType?: Maybe<string>
  readonly operator: OperatorInput
  readonly chargeBatch: string
  readonly invoice?: Maybe<string>
  readonly useAccount: boolean
  readonly useMutualAid?: Maybe<boolean>
  readonly quote?: Maybe<string>
  readonly confirmWithin?: Maybe<number>
  readonly converts?: BillInput['converts']
  readonly total: string
  /** Last day of an interim settlement (`mid_setl_flag`). */
  readonly until?: Maybe<string>
}
