import type { VisitState } from './visit.ts'

/** More lines of a visit than this are refused: a stay that long is settled in parts. */
export const VISIT_LINES_MAX = 10_000

/** The opened visit a bill settles, in whole or in part: as it was read, and as it will be. */
export interface OpenedVisit {
  /** The version the bill was made of. */
  readonly version: bigint
  /** The admission, from which a stay counts in whichever part it is settled. */
  readonly admittedAt: Temporal.Instant
  /** Whose it is; null while no credential was shown. */
  readonly insuredId: string | null
  /** State and settled period once the bill is written. */
  readonly state: VisitState
  readonly settledTo: Temporal.Instant | null
}
