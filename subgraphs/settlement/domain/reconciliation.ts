import type { Fen } from '@yibao/schema/money'

export type ReconciliationState = 'OPEN' | 'READING' | 'COMPARING' | 'BALANCED' | 'DIFFERENT' | 'FAILED'

/** Why two sides differ in one place. `here` is the platform, `there` the institution. */
export type DifferenceCause =
  | 'ONLY_HERE'
  | 'ONLY_THERE'
  | 'AMOUNTS_DIFFER'
  | 'REVERSED_HERE'
  | 'REVERSED_THERE'
  | 'DUPLICATE_LINE'
  | 'UNREADABLE'
  | 'WRONG_PERSON'
  | 'WRONG_VISIT'

/** What is compared: the settlements of an institution that one bureau clears, by insurance, clearing type and day. */
export interface ReconciliationScope {
  readonly institution: string
  /** The bureau that clears (`setl_optins`). */
  readonly agency: string
  readonly insuranceType: string
  readonly clearingType: string
  readonly from: Temporal.PlainDate
  readonly to: Temporal.PlainDate
  /** The smallest id of those days, and the first that lies beyond. */
  readonly first: string
  readonly before: string
}

/** Sums of one side. `cash` is null where the institution sends none. */
export interface ReconciledSums {
  readonly count: number
  readonly total: Fen
  readonly fundTotal: Fen
  readonly account: Fen
  readonly cash: Fen | null
}

/** The amounts of one settlement, of either side. */
export type ReconciledAmounts = Omit<ReconciledSums, 'count'>

/** Both sides of one day. `there` is null where the institution sent no sums by day. */
export interface ReconciledDay {
  readonly day: string
  readonly here: ReconciledSums
  readonly there: ReconciledSums | null
}

/** National result of a reconciliation (`stmt_rslt`). */
export type StatementResult = 'BALANCED' | 'CENTRE_MORE' | 'INSTITUTION_MORE' | 'DIFFERS'

/** Each amount of both sides; cash only where the institution sent it. */
const pairs = (here: ReconciledSums, there: ReconciledSums): (readonly [bigint, bigint])[] => [
  [BigInt(here.count), BigInt(there.count)],
  [here.total, there.total],
  [here.fundTotal, there.fundTotal],
  [here.account, there.account],
  ...(there.cash === null || here.cash === null ? [] : [[here.cash, there.cash] as const]),
]

/** How sums compare: one side has more when no number of it is less than that of the other. */
export function compareSums(here: ReconciledSums, there: ReconciledSums): StatementResult {
  const all = pairs(here, there)
  if (all.every(([a, b]) => a === b)) return 'BALANCED'
  if (all.every(([a, b]) => a >= b)) return 'CENTRE_MORE'
  return all.every(([a, b]) => a <= b) ? 'INSTITUTION_MORE' : 'DIFFERS'
}

/** The result of a comparison line by line: sums may agree where lines do not. */
export function statementOf(differences: number, here: ReconciledSums, there: ReconciledSums): StatementResult {
  const bySums = compareSums(here, there)
  if (differences === 0) return bySums
  return bySums === 'BALANCED' ? 'DIFFERS' : bySums
}

/** Amounts by name, in the order they are told. */
export type ReconciledAmount = 'TOTAL' | 'FUND_TOTAL' | 'ACCOUNT' | 'CASH'

/** Which amounts of a settlement differ between its two sides. */
export function differingAmounts(here: ReconciledAmounts, there: ReconciledAmounts): ReconciledAmount[] {
  const found: ReconciledAmount[] = []
  if (here.total !== there.total) found.push('TOTAL')
  if (here.fundTotal !== there.fundTotal) found.push('FUND_TOTAL')
  if (here.account !== there.account) found.push('ACCOUNT')
  if (there.cash !== null && here.cash !== there.cash) found.push('CASH')
  return found
}

/** What would make a difference go away, and what it is done with. */
export type ReconcilingAction =
  | 'ANNUL'
  | 'RECORD'
  | 'RECORD_REVERSAL'
  | 'SETTLE'
  | 'REVERSE'
  | 'RECONCILE_ELSEWHERE'
  | 'REMOVE_LINE'
  | 'CORRECT_LINE'

/** What of a difference decides what can be done about it. */
export interface DifferenceCase {
  readonly cause: DifferenceCause
  readonly unconfirmed: boolean
  readonly reversed: boolean
  readonly elsewhere: boolean
}

/**
 * The way out of a difference. A settlement whose answer never arrived is annulled by its request, or recorded; what the
 * institution has taken back and the platform has not is reversed; everything else is mended in the institution's books.
 */
export function actionFor({ cause, unconfirmed, reversed, elsewhere }: DifferenceCase): ReconcilingAction {
  switch (cause) {
    case 'ONLY_HERE':
      return unconfirmed && !reversed ? 'ANNUL' : 'RECORD'
    case 'ONLY_THERE':
      return elsewhere ? 'RECONCILE_ELSEWHERE' : 'SETTLE'
    case 'REVERSED_HERE':
      return 'RECORD_REVERSAL'
    case 'REVERSED_THERE':
      return 'REVERSE'
    case 'DUPLICATE_LINE':
      return 'REMOVE_LINE'
    case 'AMOUNTS_DIFFER':
    case 'UNREADABLE':
    case 'WRONG_PERSON':
    case 'WRONG_VISIT':
      return 'CORRECT_LINE'
  }
}

/** A person number of which only what tells lines apart is shown. */
export const maskPersonNumber = (number: string): string =>
  number.length <= 4 ? '*'.repeat(number.length) : `${'*'.repeat(number.length - 4)}${number.slice(-4)}`
