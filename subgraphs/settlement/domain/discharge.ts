import { readDischarge } from './read-visit.ts'
import type { DischargeInput, Visit } from './visit.ts'
import { inState, partSettled } from './visit-refusals.ts'

/** Ends a visit. @throws InvalidInput with every fault, NotAllowed when it is not running or settled beyond that end */
export function discharged(before: Visit, input: DischargeInput, now: Temporal.Instant): Visit {
  if (before.state !== 'OPEN') throw inState(before)
  const discharge = readDischarge(input, before, now)
  const { dischargedAt } = discharge
  const { settledTo } = before
  if (settledTo !== null && dischargedAt !== null && Temporal.Instant.compare(dischargedAt, settledTo) <= 0)
    throw partSettled(['end'])
  return { ...before, ...discharge, state: 'DISCHARGED' }
}

/** Lets a visit run on. @throws NotAllowed naming the step that comes first */
export function undone(before: Visit): Visit {
  if (before.state !== 'DISCHARGED') throw inState(before)
  return { ...before, dischargedAt: null, dischargeWay: null, state: 'OPEN' }
}
