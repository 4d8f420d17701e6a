import type { Context } from '../context.ts'
import type { SettleVisitInput } from '../domain/visit.ts'
import { makeBill, receiveVisit } from './settle-visit.ts'
import { tryBill, type Trial } from './trial.ts'

/** What settling a visit now would come to (2206, 2303), with the same checks; throws the same rejections. */
export async function trialVisit(context: Context, input: SettleVisitInput): Promise<Trial> {
  return tryBill(context, receiveVisit(context, '', input), await makeBill(context, input))
}
