import type { Tx } from '@yibao/drizzle/connect'
import type { Context } from '../context.ts'
import { Fields, isGiven } from '../domain/fields.ts'
import type { Visit, WithdrawLinesInput } from '../domain/visit.ts'
import { inState } from '../domain/visit-refusals.ts'
import { linesWithdrawn } from '../domain/withdraw-lines.ts'
import { listRelated, listUnsettled, removeLines } from '../store/visit-lines.ts'
import { loadVisit } from './load-visit.ts'
import { changeOnce } from './visit-change.ts'

/** As many serials as lines in one upload. */
const SERIALS_MAX = 2000

/** What a withdrawal came to. */
export interface Withdrawal {
  readonly visit: Visit
  readonly withdrawn: number
}

/** Takes unsettled lines back (2205, 2302): those named, those of a charge batch, or all that were uploaded to the visit. */
export async function withdrawLines(
  context: Context,
  requestId: string,
  input: WithdrawLinesInput,
): Promise<Withdrawal> {
  const asked = { requestId, operation: 'withdrawLines', input, visit: input.visit }
  const withdrawn = await changeOnce(context, asked, async (tx, before) => {
    if (before.state !== 'OPEN') throw inState(before)
    const serials = await chosen(tx, before, input)
    await removeLines(tx, before, serials)
    return { after: before, result: serials.length }
  })
  return { visit: await loadVisit(context, input.visit), withdrawn }
}

async function chosen(tx: Tx, visit: Visit, { serials, chargeBatch }: WithdrawLinesInput): Promise<string[]> {
  const fields = new Fields()
  const batch = isGiven(chargeBatch) ? fields.text('chargeBatch', chargeBatch, { max: 30, ascii: true }) : null
  if ((serials?.length ?? 0) > SERIALS_MAX)
    fields.fault('serials', 'TOO_MANY', {
      zh: `一次最多 ${SERIALS_MAX} 条`,
      en: `takes at most ${SERIALS_MAX} at once`,
    })
  else serials?.forEach((serial, i) => fields.text(`serials[${i}]`, serial, { max: 30, ascii: true }))
  if (serials && batch !== null)
    fields.fault('chargeBatch', 'ONE_OF_TWO', { zh: '与 serials 只能填一项', en: 'and serials exclude each other' })
  fields.check()
  if (serials) {
    const named = await listRelated(tx, visit, { serials: [...serials], charges: [] })
    const charges = named.map((one) => one.refundOf ?? one.serial)
    return linesWithdrawn(serials, await listRelated(tx, visit, { serials: [...serials], charges }))
  }
  // What came along from an observation goes back to it when the stay is cancelled.
  const unsettled = await listUnsettled(tx, visit, { chargeBatch: batch })
  return unsettled.filter((one) => one.joinedFrom === null).map((one) => one.serial)
}
