import { readDischarge } from './read-visit.ts'
import type { DischargeInput, Visit } from './visit.ts'
import { inState, settledBeyond } from './visit-refusals.ts'

/** Ends a visit. @throws InvalidInput with every fault, NotAllowed when it is not running or settled to that end */
export function discharged(before: Visit, input: DischargeInput, now: Temporal.Instant): Visit {
  if (before.state !== 'OPEN') throw inState(before)
  const discharge = readDischarge(input, before, now)
  const { dischargedAt } = discharge
  const { settledTo } = before
  if (settledTo !== null && dischargedAt !== null && Temporal.Instant.compare(dischargedAt, settledTo) <= 0)
    throw settledBeyond(settledTo)
  return { ...before, ...discharge, state: 'DISCHARGED' }
}

/** A stay of which in-between settlements have settled every line has nothing left to settle when it ends. */
export const isSettledInParts = (
  { careKind, settledTo }: Pick<Visit, 'careKind' | 'settledTo'>,
  unsettled: number,
): boolean => careKind === 'INPATIENT' && settledTo !== null && unsettled === 0

/**
 * Lets a visit run on. Parts of a stay stand while it runs, but what was settled to its end (`isToEnd`) does not.
 * @throws NotAllowed naming the step that comes first
 */
export function undone(before: Visit, isToEnd: boolean): Visit {
  const { state, settledTo } = before
  if (state !== 'DISCHARGED' && (state !== 'SETTLED' || settledTo === null || isToEnd)) throw inState(before)
  return { ...before, dischargedAt: null, dischargeWay: null, state: 'OPEN' }
}
