import type { Context } from '../context.ts'
import { changeOf } from '../domain/change-visit.ts'
import { checkOneAdmission } from '../domain/identify-visit.ts'
import type { ChangeVisitInput, Visit } from '../domain/visit.ts'
import { refuseAcross } from '../domain/visit-elsewhere.ts'
import { linesOutside, partSettled } from '../domain/visit-refusals.ts'
import { hasSettledLines, listOutside } from '../store/visit-lines.ts'
import { listStays } from '../store/visits.ts'
import { provinceElsewhere } from './away-bill.ts'
import { checkTransfer } from './open-visit.ts'
import { changed } from './visit-change.ts'

/** Changes what was said of a visit before it is settled (2203, 2403). */
export async function changeVisit(context: Context, requestId: string, input: ChangeVisitInput): Promise<Visit> {
  const asked = { requestId, operation: 'changeVisit', input, visit: input.visit }
  return changed(context, asked, async (tx, before, at) => {
    const { after, decisive } = changeOf(before, input, at)
    if (decisive.length > 0 && (await hasSettledLines(tx, before))) throw partSettled(decisive)
    if (decisive.includes('begin')) {
      const outside = await listOutside(tx, before, { before: after.linesFrom })
      if (outside.length > 0) throw linesOutside(outside, 'begin')
      if (after.insuredId !== null) checkOneAdmission(after, await listStays(tx, after, after.insuredId), 'begin')
    }
    if (provinceElsewhere(context, { insuredPool: after.pool }) !== null) refuseAcross(after)
    if (decisive.includes('transferredFrom') || decisive.includes('begin')) await checkTransfer(context, after)
    return after
  })
}
