import type { Quantity } from '@yibao/schema/money'
import type { Predicate } from './check-rule.ts'

/** How far back other visits of a person are looked at, from the begin of the bill. */
export const HISTORY_DAYS = 90

/** Another visit of the same person, as its bill or its register says; instants are milliseconds since 1970. */
export interface PastVisit {
  /** Null while it is open and nothing of it is settled. */
  readonly settlementId: string | null
  readonly institution: string
  readonly visit: string
  readonly careType: string
  readonly begin: number
  /** Null while the stay goes on. */
  readonly end: number | null
  /** ICD-10 code of the main diagnosis. */
  readonly diagnosis: string | null
  /** `dscg_way`; 5 died. */
  readonly dischargeWay: string | null
}

/** A line of another bill of the same person; refund lines have a negative quantity. */
export interface PastLine {
  readonly settlementId: string
  readonly code: string
  readonly quantity: Quantity
  readonly time: number
  /** Days of supply. */
  readonly days: number | null
}

/** Which lines of other bills the rules want to see for a bill. */
export interface WantedLines {
  readonly codes: readonly string[]
  readonly prefixes: readonly string[]
}

/** Whether a predicate counts lines of other bills. */
export const looksBack = (test: Predicate): boolean =>
  test.kind === 'REPEATED_SUPPLY' || (test.kind === 'QUANTITY' && typeof test.per !== 'string' && test.per.acrossVisits)
