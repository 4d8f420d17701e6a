import { fenOf, type Fen, type Rate } from '@yibao/schema/money'

export const STATEMENT_STATES = [
  'COLLECTING',
  'DECLARED',
  'CHECKING',
  'CHECKED',
  'CONFIRMED',
  'PAYING',
  'PAID',
  'WITHDRAWN',
] as const
export type StatementState = (typeof STATEMENT_STATES)[number]

/** States in which deductions and differences still change what is left. */
export const OPEN_STATES = ['DECLARED', 'CHECKING', 'CHECKED'] as const satisfies readonly StatementState[]

/** What is cleared together: institution × bureau × pool whose funds bear it × insurance × clearing type. */
export interface ClearingKey {
  readonly institution: string
  /** The bureau that clears: it checks, deducts, keeps the deposit and pays. */
  readonly pool: string
  /** Whose funds bear it; another pool for bills of persons insured elsewhere. */
  readonly insuredPool: string
  readonly insuranceType: string
  /** `clr_type` */
  readonly clearingType: string
}

/** Who insures the persons of a statement, and those of its deductions. */
export interface StatementKey extends ClearingKey {
  /** The province whose platform insures them and whose funds bear it; null when a pool of this platform does. */
  readonly otherProvince: string | null
}

/** What an institution declared of a month, and what became of it. */
export interface MonthlyStatement extends StatementKey {
  readonly id: string
  readonly runId: string
  readonly month: string
  readonly declaredBy: string
  readonly declaredOn: Temporal.PlainDate
  readonly declaredAt: Temporal.Instant
  readonly state: StatementState
  readonly settlements: number
  readonly reversals: number
  /** Settlements of earlier months among them. */
  readonly late: number
  readonly total: Fen
  readonly inScope: Fen
  readonly fund: Fen
  readonly account: Fen
  readonly cash: Fen
  readonly deducted: Fen
  readonly depositRatio: Rate
  /** Kept of its own settlements. */
  readonly depositKept: Fen
  /** What is kept less what goes back of the deposits of other statements. */
  readonly deposit: Fen
  readonly difference: Fen
  readonly payable: Fen
  readonly transfer: Fen
  readonly checkStartedAt: Temporal.Instant | null
  readonly checkedAt: Temporal.Instant | null
  readonly appealUntil: Temporal.PlainDate | null
  /** Holidays on the way are not published yet: the day is counted anew when they are, and never becomes an earlier one. */
  readonly appealProvisional: boolean
  readonly confirmedAt: Temporal.Instant | null
  readonly dueOn: Temporal.PlainDate | null
  readonly dueProvisional: boolean
  readonly paidAt: Temporal.Instant | null
  readonly withdrawnAt: Temporal.Instant | null
  readonly releaseId: string | null
}

/** What a statement comes to between the pools: what the institution gets, and what is kept back of it. */
export const owedBetween = ({ transfer, deposit }: Pick<MonthlyStatement, 'transfer' | 'deposit'>): Fen =>
  fenOf(transfer + deposit)

/** A settlement in a statement. */
export interface ClearingItem {
  readonly insuredId: string
  readonly settlementId: string
  readonly statementId: string
  readonly month: string
  readonly reversal: boolean
  readonly late: boolean
  readonly total: Fen
  readonly inScope: Fen
  readonly fund: Fen
  readonly account: Fen
  readonly cash: Fen
  readonly deducted: Fen
}

export interface Deduction extends StatementKey {
  readonly id: string
  /** Null while a withdrawal waits for the next statement. */
  readonly statementId: string | null
  readonly insuredId: string
  readonly settlementId: string
  readonly line: number | null
  /** Negative when it withdraws another. */
  readonly amount: Fen
  readonly reason: string
  readonly words: string
  readonly withdraws: string | null
  /** It counts in no statement of an earlier month; null in any. */
  readonly fromMonth: string | null
  readonly decidedBy: string
  readonly at: Temporal.Instant
}

export interface Appeal {
  readonly deductionId: string
  readonly statementId: string
  readonly institution: string
  readonly pool: string
  readonly insuredPool: string
  readonly words: string
  readonly document: string | null
  readonly appealedBy: string
  readonly appealedAt: Temporal.Instant
  readonly state: 'OPEN' | 'UPHELD' | 'REJECTED' | 'LAPSED'
  readonly answer: string | null
  readonly decidedBy: string | null
  readonly decidedAt: Temporal.Instant | null
}

export interface MethodDifference extends ClearingKey {
  readonly id: string
  /** Null while it waits for a statement. */
  readonly statementId: string | null
  readonly month: string
  readonly method: string
  readonly amount: Fen
  readonly sourceNumber: string
  readonly document: string | null
  readonly corrects: string | null
  readonly importedBy: string
  readonly at: Temporal.Instant
}
