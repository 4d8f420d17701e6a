import type { Context } from '../context.ts'
import { discharged, isSettledInParts, undone } from '../domain/discharge.ts'
import { checkOneAdmission } from '../domain/identify-visit.ts'
import type { DischargeInput, Visit } from '../domain/visit.ts'
import { linesOutside } from '../domain/visit-refusals.ts'
import { countUnsettled, listOutside } from '../store/visit-lines.ts'
import { hasBillAfter, listStays } from '../store/visits.ts'
import { changed } from './visit-change.ts'

/** Ends a visit (2402); from then on it can be settled whole, or is when all of a stay was settled in between. */
export async function discharge(context: Context, requestId: string, input: DischargeInput): Promise<Visit> {
  const asked = { requestId, operation: 'discharge', input, visit: input.visit }
  return changed(context, asked, async (tx, before, at) => {
    const after = discharged(before, input, at)
    const outside = after.dischargedAt === null ? [] : await listOutside(tx, before, { after: after.dischargedAt })
    if (outside.length > 0) throw linesOutside(outside, 'end')
    return isSettledInParts(after, await countUnsettled(tx, before)) ? { ...after, state: 'SETTLED' } : after
  })
}

/** Takes a discharge back (2405), as long as nothing was settled to the end of the visit. */
export async function undoDischarge(context: Context, requestId: string, visit: string): Promise<Visit> {
  const asked = { requestId, operation: 'undoDischarge', input: { visit }, visit }
  return changed(context, asked, async (tx, before) => {
    const after = undone(before, before.settledTo !== null && (await hasBillAfter(tx, before, before.settledTo)))
    if (after.insuredId !== null) checkOneAdmission(after, await listStays(tx, after, after.insuredId), 'visit')
    return after
  })
}
