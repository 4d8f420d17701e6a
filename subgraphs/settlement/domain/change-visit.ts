import { readChange } from './read-visit.ts'
import type { ChangeVisitInput, Visit } from './visit.ts'
import { inState, otherKind } from './visit-refusals.ts'

/** A changed visit, and which of the changes decide about money and so cannot be made once a part is settled. */
export interface VisitChange {
  readonly after: Visit
  readonly decisive: readonly ('careType' | 'begin' | 'transferredFrom')[]
}

/** Applies a change. @throws InvalidInput with every fault, NotAllowed when the visit is not open to it */
export function changeOf(before: Visit, input: ChangeVisitInput, now: Temporal.Instant): VisitChange {
  if (before.state !== 'OPEN' && before.state !== 'DISCHARGED') throw inState(before)
  const { careKind, ...change } = readChange(input, before, now)
  if (careKind !== before.careKind) throw otherKind()
  const { admittedAt } = change
  // The lines of a joined observation may begin before the admission.
  const isEarlier = before.joins !== null && Temporal.Instant.compare(before.linesFrom, admittedAt) < 0
  const after: Visit = { ...before, ...change, linesFrom: isEarlier ? before.linesFrom : admittedAt }
  const decisive = [
    ...(after.careType === before.careType ? [] : (['careType'] as const)),
    ...(after.admittedAt.equals(before.admittedAt) ? [] : (['begin'] as const)),
    ...(after.transferredFrom === before.transferredFrom ? [] : (['transferredFrom'] as const)),
  ]
  return { after, decisive }
}
