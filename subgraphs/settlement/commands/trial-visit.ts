import { Busy } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { inTermsOf } from '../domain/visit-elsewhere.ts'
import type { SettleVisitInput } from '../domain/visit.ts'
import { StaleBill, type Elsewhere } from './away-bill.ts'
import type { Incoming } from './settle.ts'
import { trialAway } from './settle-away.ts'
import { makeBill, makeElsewhere, provinceOfVisit, receiveVisit } from './settle-visit.ts'
import { tryBill, type Trial } from './trial.ts'

/** What settling a visit now would come to (2206, 2303), with the same checks; throws the same rejections. */
export async function trialVisit(context: Context, input: SettleVisitInput): Promise<Trial> {
  const incoming = receiveVisit(context, '', input)
  const province = await provinceOfVisit(context, input)
  return province === null
    ? tryBill(context, incoming, await makeBill(context, input))
    : tryElsewhere(context, incoming, await makeElsewhere(context, input, province))
}

async function tryElsewhere(context: Context, incoming: Incoming, elsewhere: Elsewhere): Promise<Trial> {
  try {
    return await trialAway(context, incoming, elsewhere)
  } catch (refusal) {
    throw refusal instanceof StaleBill ? Busy.of() : inTermsOf(refusal, elsewhere.bill)
  }
}
