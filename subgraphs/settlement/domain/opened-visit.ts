import type { Bill } from './bill.ts'
import type { Facts } from './facts.ts'
import type { VisitState } from './visit.ts'
import { alreadyAdmitted, identifiedBefore, visitOpen } from './visit-refusals.ts'

/** More lines of a visit than this are refused: a stay that long is settled in parts. */
export const VISIT_LINES_MAX = 10_000

/** The opened visit a bill settles, in whole or in part: as it was read, and as it will be. */
export interface OpenedVisit {
  /** The version the bill was made of. */
  readonly version: bigint
  /** The admission, from which a stay counts in whichever part it is settled. */
  readonly admittedAt: Temporal.Instant
  /** When it was opened here: the admission itself may be told late, this not early. */
  readonly openedAt: Temporal.Instant
  /** Whether the patient is still there. */
  readonly isRunning: boolean
  /** Whose it is; null while no credential was shown. */
  readonly insuredId: string | null
  /** State and settled period once the bill is written. */
  readonly state: VisitState
  readonly settledTo: Temporal.Instant | null
}

/** Whether the visit has changed since the bill was made of it, so that it must be made again before it is judged. */
export const isStale = ({ opened }: Bill, { openedVisit }: Facts): boolean =>
  opened !== undefined && opened.version !== openedVisit?.version

/** When the stay began of which the bill may be a later part. */
export const admittedAt = ({ opened, begin }: Pick<Bill, 'opened' | 'begin'>): Temporal.Instant =>
  opened?.admittedAt ?? begin

/**
 * Holds a bill to the visit it is of: one that was opened is settled with its uploaded lines, and for its own person.
 * Throws NotAllowed.
 */
export function checkOpened(
  opened: OpenedVisit | undefined,
  { openedVisit, admissions, records }: Pick<Facts, 'openedVisit' | 'admissions' | 'records'>,
): void {
  if (opened === undefined) {
    if (openedVisit !== null && openedVisit.state !== 'CANCELLED') throw visitOpen()
    return
  }
  if (opened.insuredId !== null && !records.includes(opened.insuredId)) throw identifiedBefore()
  if (admissions[0] !== undefined) throw alreadyAdmitted(admissions[0], 'credential')
}

/** What must be read of the visit besides: of a bill made of one, of a stay without a person, of a transfer. */
export const visitKeyOf = (bill: Bill) => ({
  admission: admissionOf(bill),
  transferredFrom: bill.transferredFrom,
})

function admissionOf({ opened, careKind, end }: Bill): { readonly begin: string; readonly end: string | null } | null {
  if (opened === undefined || opened.insuredId !== null || careKind !== 'INPATIENT') return null
  return { begin: opened.admittedAt.toString(), end: opened.isRunning ? null : end.toString() }
}
