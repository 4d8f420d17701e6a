import { fault } from '@yibao/schema/fault'

/** Receipts one operation may answer: each is signed, and rests on all that was posted for its person. */
const RECEIPTS_MAX = 200

/** How many receipts one operation may still answer. */
export interface ReceiptBudget {
  /** Counts what is answered, the same one again as well. @throws LIMIT_EXCEEDED */
  spend(count: number): void
}

export function createReceiptBudget(): ReceiptBudget {
  let left = RECEIPTS_MAX
  return {
    spend(count) {
      left -= count
      if (left >= 0) return
      throw fault('LIMIT_EXCEEDED', {
        zh: `一次请求最多返回 ${RECEIPTS_MAX} 份结算凭证，请减小每页条数（first）。`,
        en: `One operation answers at most ${RECEIPTS_MAX} receipts; ask for smaller pages (first).`,
      })
    },
  }
}
