import type { Fen } from '@yibao/schema/money'
import { NotAllowed, NotFound, Rejection } from '@yibao/schema/rejection'
import type { Text } from '@yibao/schema/rejection'

export const CLAIM_STATES = [
  'DRAFT',
  'SUBMITTED',
  'RETURNED',
  'ACCEPTED',
  'PROPOSED',
  'SETTLING',
  'APPROVED',
  'PAYING',
  'PAYMENT_RETURNED',
  'PAID',
  'NOT_ACCEPTED',
  'REJECTED',
  'WITHDRAWN',
] as const
export type ClaimState = (typeof CLAIM_STATES)[number]

/** To which states each may lead; SETTLING goes back when settling is refused, what is decided when it is taken back. */
const LEADS_TO: Readonly<Record<ClaimState, readonly ClaimState[]>> = {
  DRAFT: ['SUBMITTED', 'WITHDRAWN'],
  SUBMITTED: ['ACCEPTED', 'RETURNED', 'NOT_ACCEPTED', 'WITHDRAWN'],
  RETURNED: ['SUBMITTED', 'NOT_ACCEPTED', 'WITHDRAWN'],
  ACCEPTED: ['PROPOSED', 'SETTLING', 'RETURNED', 'REJECTED', 'WITHDRAWN'],
  PROPOSED: ['SETTLING', 'ACCEPTED', 'RETURNED', 'REJECTED'],
  SETTLING: ['APPROVED', 'ACCEPTED'],
  APPROVED: ['PAYING', 'PAID', 'ACCEPTED'],
  PAYING: ['PAID', 'PAYMENT_RETURNED'],
  PAYMENT_RETURNED: ['PAYING', 'PAID', 'ACCEPTED'],
  PAID: ['PAYMENT_RETURNED', 'ACCEPTED'],
  NOT_ACCEPTED: ['ACCEPTED'],
  REJECTED: ['ACCEPTED'],
  WITHDRAWN: [],
}

/** Whether a claim may go from one state to another in one step. */
export const mayGo = (from: ClaimState, to: ClaimState): boolean => LEADS_TO[from].includes(to)

/** States in which a claim holds its invoices, papers and the bill of its visit: nothing else is paid by them. */
export const isLive = (state: ClaimState): boolean =>
  !['DRAFT', 'WITHDRAWN', 'NOT_ACCEPTED', 'REJECTED'].includes(state)

/** Why the money was not settled where the care was given. */
export const CLAIM_CAUSES = [
  'NO_CREDENTIAL',
  'NOT_DESIGNATED',
  'NOT_LINKED',
  'NETWORK',
  'NOT_FILED',
  'PAID_ELSEWHERE',
  'OTHER',
] as const
export type ClaimCause = (typeof CLAIM_CAUSES)[number]

/** Papers a claim may need. */
export const CLAIM_PAPERS = [
  'INVOICE',
  'ITEMISED_LIST',
  'DISCHARGE_RECORD',
  'MEDICAL_RECORD',
  'DIAGNOSIS',
  'PRESCRIPTION',
  'EMERGENCY_CERTIFICATE',
  'REFERRAL',
  'ACCIDENT',
  'BIRTH',
  'IDENTITY',
  'HOUSEHOLD_REGISTER',
  'SOCIAL_SECURITY_CARD',
  'BANK_ACCOUNT',
  'EMPLOYER_CERTIFICATE',
  'OTHER',
] as const
export type ClaimPaper = (typeof CLAIM_PAPERS)[number]

/** What of a claim a reviewer may ask to be put right. */
export const CLAIM_CORRECTIONS = ['PLACE', 'CARE', 'DIAGNOSES', 'INVOICES', 'LINES', 'ACCOUNT'] as const
export type ClaimCorrection = (typeof CLAIM_CORRECTIONS)[number]

/** What staff, or the platform of the place, say of an institution the register does not have. */
export interface ConfirmedPlace {
  readonly designated: boolean
  /** Null when nobody could find it out. */
  readonly level: string | null
}

/** Where the care was given. */
export interface ClaimPlace {
  /** National code of the institution; null when it has none on this platform or is not designated. */
  readonly institution: string | null
  readonly name: string
  /** Division of six digits. */
  readonly division: string
  /** What the claimant says, or the register where it has the institution. */
  readonly level: string | null
  readonly designated: boolean | null
  /** Absent until somebody else than the claimant has said it. */
  readonly confirmed?: ConfirmedPlace
}

/** An invoice as it stands in a claim. */
export interface ClaimInvoice {
  /** Code of the kind of invoice (票据代码); empty on those that have none. */
  readonly code: string
  readonly number: string
  readonly issuedOn: string
  /** Yuan. */
  readonly amount: string
  readonly checkCode: string | null
  /** Whose name stands on it, where one does. */
  readonly payer: string | null
}

/** A line of the itemised list, as it was written down. Prices, quantities and amounts as texts. */
export interface ClaimLine {
  readonly serial: string
  readonly name: string
  /** National code of the item, where it is known. */
  readonly code: string | null
  readonly chargeType: string
  readonly price: string
  readonly quantity: string
  readonly amount: string
  readonly time: string
}

/** One item of the checklist: a document, or a promise in its place. */
export interface ClaimPaperGiven {
  readonly kind: ClaimPaper
  readonly document: string | null
  readonly promise: boolean
}

/** Where the money is to go, without the number: that is sealed in `claim_account`. */
export interface ClaimAccountGiven {
  readonly holder: string
  readonly bankName: string
  readonly masked: string
}

/** The keys of a bill the platform knew when a claim was made of it: no other settlement is made under them while it lives. */
export interface ClaimedBill {
  readonly institution: string
  readonly visit: string
  readonly chargeBatch: string | null
  readonly invoice: string | null
}

/** What is claimed. Everything stands as it was written; a draft may lack what a claim that is submitted has. */
export interface ClaimContent {
  readonly place: ClaimPlace
  readonly careType: string
  readonly emergency: boolean
  readonly trauma: boolean | null
  readonly birthType: string | null
  /** Code of the disease that chronic care was for, or of the single disease of a quota. */
  readonly disease: string | null
  /** Days, or times with zone. */
  readonly begin: string
  readonly end: string
  /** What the institution calls visit and batch, where it is known. */
  readonly visit: string | null
  readonly chargeBatch: string | null
  /** The bill it was made of, whatever is written over it. */
  readonly bill?: ClaimedBill
  readonly diagnoses: readonly { readonly code: string | null; readonly name: string }[]
  /** Id of a filing for treatment elsewhere. */
  readonly filing: string | null
  /** Yuan. */
  readonly total: string
  readonly invoices: readonly ClaimInvoice[]
  readonly lines: readonly ClaimLine[]
  readonly papers: readonly ClaimPaperGiven[]
  readonly account: ClaimAccountGiven | null
  /** What the person says somebody else is to pay: codes of the exclusions of the rules. */
  readonly exclusions?: readonly string[]
  readonly note: string | null
}

/** A claim for money that was paid first (零星报销). */
export interface Claim {
  readonly insuredId: string
  readonly id: string
  readonly number: string
  readonly pool: string
  readonly insuranceType: string
  readonly kind: string | null
  readonly cause: ClaimCause | null
  readonly state: ClaimState
  readonly version: number
  /** Of a draft: partial. */
  readonly content: Partial<ClaimContent>
  readonly rules: string | null
  readonly appliedBy: string
  readonly channel: 'PERSON' | 'WINDOW'
  readonly openedAt: Temporal.Instant
  readonly changedAt: Temporal.Instant
  readonly submittedAt: Temporal.Instant | null
  readonly acceptedAt: Temporal.Instant | null
  readonly decidedAt: Temporal.Instant | null
  readonly paidAt: Temporal.Instant | null
  readonly assignee: string | null
  readonly settlementId: string | null
  readonly owed: Fen
  readonly paid: Fen
}

/** One step in the history of a claim. */
export interface ClaimEvent {
  readonly claimId: string
  readonly seq: number
  readonly kind: string
  readonly state: string
  readonly at: Temporal.Instant
  readonly by: string
  readonly words: Text | null
  readonly data: Readonly<Record<string, unknown>>
}

/** What a claim holds was changed by somebody else meanwhile, or does not stand as the step needs it. */
export class ClaimChanged extends Rejection {
  static of({ insuredId, id }: Pick<Claim, 'insuredId' | 'id'>): ClaimChanged {
    const text = {
      zh: '该申请已被他人更新，请按最新内容办理',
      en: 'the claim was changed meanwhile; go on from what it is now',
    }
    const problems = [{ path: 'version', code: 'CLAIM_CHANGED', message: text }]
    return new ClaimChanged({ code: 'CLAIM_CHANGED', text, problems, details: { insuredId, claimId: id } })
  }

  /** The claim, as it is now for whoever asks. */
  get key(): { readonly insuredId: string; readonly id: string } {
    return { insuredId: String(this.details['insuredId']), id: String(this.details['claimId']) }
  }
}
Rejection.register('ClaimChanged', ClaimChanged)

/** Nobody learns of a claim they may not see. */
export const claimNotFound = (path: string): NotFound => NotFound.of({ zh: '该报销申请', en: 'the claim' }, path)

/** A step the state of the claim does not allow. */
export const stepNotAllowed = (path: string, { state }: Pick<Claim, 'state'>): NotAllowed =>
  NotAllowed.at(
    path,
    'CLAIM_STATE',
    { zh: `申请当前状态为 ${state}，不能进行此操作`, en: `the claim is ${state}, which does not allow this` },
    { state },
  )
