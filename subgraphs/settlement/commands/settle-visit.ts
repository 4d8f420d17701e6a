import { callerOf } from '@yibao/schema/identity'
import type { Context } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import { Fields } from '../domain/fields.ts'
import { visitForm } from '../domain/normal-form.ts'
import { VISIT_LINES_MAX } from '../domain/opened-visit.ts'
import { readBill } from '../domain/read-bill.ts'
import { billOfVisit, inTermsOfVisit, linesOf, partOf, type Part } from '../domain/settle-visit.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { refuseLong, refuseParts, requirePerson } from '../domain/visit-elsewhere.ts'
import type { SettleVisitInput } from '../domain/visit.ts'
import { countUnsettled, listUnsettled, type LineFilter } from '../store/visit-lines.ts'
import { findVisitPool } from '../store/visits.ts'
import { provinceElsewhere, type Elsewhere } from './away-bill.ts'
import { checkRequestIds, digestOf } from './read-request.ts'
import { decideAndWrite, senderOf, type Incoming } from './settle.ts'
import { settleAway } from './settle-away.ts'
import { getVisit } from './visit-change.ts'
import { hashed } from './visit-person.ts'

/**
 * Settles the uploaded lines of a visit (2207, 2304): a stay whole once it is discharged or in between up to a day,
 * outpatient care batch by batch. The bill goes the way of every bill; it is written only while neither the visit nor
 * any of its lines has changed since it was made.
 */
export async function settleVisit(context: Context, requestId: string, input: SettleVisitInput): Promise<SettledBill> {
  checkRequestIds({ requestId })
  const incoming = receiveVisit(context, requestId, input)
  const province = await provinceOfVisit(context, input)
  if (province !== null) {
    const made = { credential: input.credential, make: () => makeElsewhere(context, input, province) }
    return context.queueTo(province).run(senderOf(incoming), () => settleAway(context, incoming, made))
  }
  return context.queue.run(senderOf(incoming), () => decideAndWrite(context, incoming, () => makeBill(context, input)))
}

/** Takes in the settlement of a visit in the name of the institution that signed in. */
export function receiveVisit(context: Context, requestId: string, input: SettleVisitInput): Incoming {
  const identity = context.institution()
  const { value: credentialHash } = hashed(context, input.credential)
  const digest = digestOf('settleVisit', visitForm(input), credentialHash)
  const request = { caller: callerOf(identity), requestId, operation: 'settle' as const, digest }
  return { request, institution: identity.institution, credentialHash }
}

/** Makes the bill of what the visit and its lines are now, read as one snapshot. Throws what a bill is refused for. */
export async function makeBill(context: Context, settling: SettleVisitInput): Promise<Bill> {
  return (await make(context, settling)).bill
}

/** The province whose platform insures whoever a visit is of; null for this one's own. */
export async function provinceOfVisit(
  context: Context,
  { visit }: Pick<SettleVisitInput, 'visit'>,
): Promise<string | null> {
  if (context.provinces === undefined) return null
  const { institution } = context.institution()
  return provinceElsewhere(context, { insuredPool: await findVisitPool(context.db.hot, { institution, visit }) })
}

/** The same bill for the platform of another province. Throws besides what is not done across provinces. */
export async function makeElsewhere(
  context: Context,
  settling: SettleVisitInput,
  province: string,
): Promise<Elsewhere> {
  refuseParts(settling)
  const { bill, input } = await make(context, settling)
  if (bill.opened !== undefined) requirePerson(bill.opened)
  refuseLong(bill.lines)
  return { bill, input, province }
}

async function make(context: Context, settling: SettleVisitInput): Promise<Omit<Elsewhere, 'province'>> {
  const { institution } = context.institution()
  const now = context.now()
  const { input, opened } = await context.db.orm.transaction(async (tx) => {
    const visit = await getVisit(tx, { institution, visit: settling.visit })
    checkBatch(settling)
    const part = partOf(visit, settling, now)
    const unsettled = await listUnsettled(tx, visit, filterOf(part), VISIT_LINES_MAX + 1)
    // More than can be settled at once are refused as they are.
    const lines = unsettled.length > VISIT_LINES_MAX ? unsettled : linesOf(part, unsettled)
    const isWhole = part.chargeBatch === null && !part.isInterim
    const isLast = isWhole || (await countUnsettled(tx, visit)) === lines.length
    return billOfVisit(visit, settling, { part, lines, isLast })
  }, 'repeatable read')
  try {
    return { bill: readBill(input, { now, institution, opened }), input }
  } catch (refusal) {
    throw inTermsOfVisit(refusal, input.lines)
  }
}

const filterOf = ({ chargeBatch, isInterim, end }: Part): LineFilter =>
  chargeBatch === null ? { until: isInterim ? end : null } : { chargeBatch }

/** The batch is looked for before the bill is read. */
function checkBatch({ chargeBatch }: SettleVisitInput): void {
  const fields = new Fields()
  fields.text('chargeBatch', chargeBatch, { max: 30, ascii: true })
  fields.check()
}
