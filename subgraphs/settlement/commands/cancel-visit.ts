import type { Context } from '../context.ts'
import type { Visit } from '../domain/visit.ts'
import { inState, linesStand } from '../domain/visit-refusals.ts'
import { hasOwnLines, returnLines } from '../store/visit-lines.ts'
import { findVisit, saveVisit } from '../store/visits.ts'
import { changed } from './visit-change.ts'

/** Cancels a visit without lines (2202, 2404). An observation that had joined it gets its lines back. */
export async function cancelVisit(context: Context, requestId: string, visit: string): Promise<Visit> {
  const asked = { requestId, operation: 'cancelVisit', input: { visit }, visit }
  return changed(context, asked, async (tx, before, at) => {
    if (before.state !== 'OPEN') throw inState(before)
    if (await hasOwnLines(tx, before)) throw linesStand()
    if (before.joins !== null) {
      const observation = await findVisit(tx, { institution: before.institution, visit: before.joins })
      if (observation !== null) await saveVisit(tx, observation, { ...observation, joinedTo: null, changedAt: at })
      await returnLines(tx, before, { institution: before.institution, visit: before.joins })
    }
    return { ...before, state: 'CANCELLED', joins: null, linesFrom: before.admittedAt }
  })
}
