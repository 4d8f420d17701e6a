import type { Context } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import { BY_RULE } from '../domain/claim-review.ts'
import { ClaimChanged, type ClaimState } from '../domain/claim.ts'
import type { Facts } from '../domain/facts.ts'
import { freeHeldBill, isVisitOf } from '../store/claim-keys.ts'
import { findClaim, stepClaim } from '../store/claim.ts'
import { findRecords } from '../store/own-records.ts'

/** What was decided stands until it is decided anew. */
const UNDECIDED: readonly ClaimState[] = ['SUBMITTED', 'RETURNED', 'ACCEPTED', 'PROPOSED']

/**
 * Lets a bill of an institution pass a claim of somebody else that names its visit or invoice: what a claim says is no reason to
 * refuse the patient at the counter, unless the platform knows the visit, or the bill the claim was made of, to be the claimant's.
 * The claim loses its hold, its history says so, and it is not paid once the bill is settled. Answers whether it gave way.
 */
export async function giveWay(context: Context, bill: Bill, { claims, credential }: Facts): Promise<boolean> {
  if (bill.claim !== undefined || credential === null) return false
  const strangers = [...(claims ?? [])].filter(([, number]) => number === null).map(([holder]) => holder)
  let gave = false
  for (const id of strangers) gave = (await letGo(context, bill, id)) || gave
  return gave
}

const letGo = (context: Context, bill: Bill, id: string): Promise<boolean> =>
  context.db.orm
    .transaction(async (tx) => {
      const claim = await findClaim(tx, id)
      if (claim === null || !UNDECIDED.includes(claim.state) || claim.content.bill != null) return false
      if (await isVisitOf(tx, await findRecords(tx, claim.insuredId), bill)) return false
      await freeHeldBill(tx, claim)
      await stepClaim(tx, claim, { path: 'claim', kind: 'GAVE_WAY', at: context.now(), by: BY_RULE, words: GAVE_WAY })
      return true
    })
    .catch((error: unknown) => {
      // Somebody has changed the claim meanwhile: the bill is looked at again.
      if (error instanceof ClaimChanged) return true
      throw error
    })

const GAVE_WAY = {
  zh: '所填就诊编号或票据在医疗机构属于他人，不再为本申请保留，请核对',
  en: 'the institution has the visit or the invoice as another person’s; it is held for this claim no longer and is to be looked at',
}
