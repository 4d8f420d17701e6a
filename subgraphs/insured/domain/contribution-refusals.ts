import { formatYuan, type Fen } from '@yibao/schema/money'
import { NotAllowed, NotFound, Rejection } from '@yibao/schema/rejection'
import limits from './contribution-limits.json' with { type: 'json' }
import type { Bill } from './contribution.ts'

/** The bill was paid before, with another payment. */
export class AlreadyPaid extends Rejection {
  static of({ receiptId, paidAt }: Bill): AlreadyPaid {
    const text = {
      zh: '该费款已缴纳，请勿重复收款',
      en: 'this contribution is paid already; take no money for it',
    }
    const problems = [{ path: 'input', code: 'ALREADY_PAID', message: text }]
    const details = { receipt: receiptId, paidAt: paidAt?.toString() ?? null }
    return new AlreadyPaid({ code: 'ALREADY_PAID', text, problems, details })
  }

  get receiptId(): string | null {
    return typeof this.details['receipt'] === 'string' ? this.details['receipt'] : null
  }

  get paidAt(): Temporal.Instant {
    return Temporal.Instant.from(String(this.details['paidAt']))
  }
}
Rejection.register('ContributionAlreadyPaid', AlreadyPaid)

/** Number and name must be of one person; whether one of them alone is right is never said. */
export const noSuchPerson = (): NotFound =>
  NotFound.of({ zh: '姓名与证件号码相符的参保人', en: 'a person with this identity number and name' }, 'identityNumber')

/** How often a caller may name nobody on a day, by kind. */
export const GUESSES_MAX: Readonly<Record<string, number>> = limits.guesses.perDay

export function tooManyGuesses(day: Temporal.PlainDate, max: number): NotAllowed {
  const until = day.add({ days: 1 }).toString()
  return NotAllowed.at('identityNumber', 'TOO_MANY_UNKNOWN_PERSONS', {
    zh: `今日姓名与证件号码不符已达 ${max} 次，请于 ${until} 零时后再试`,
    en: `name and identity number did not belong together ${max} times today; try again after ${until} 00:00 (China time)`,
  })
}

/** How often a caller may name somebody else to pay for on a day, by kind, found or not; others are not limited. */
export const LOOK_UPS_MAX: Readonly<Record<string, number | undefined>> = limits.lookUps.perDay

export function tooManyLookUps(day: Temporal.PlainDate, max: number): NotAllowed {
  const until = day.add({ days: 1 }).toString()
  return NotAllowed.at('identityNumber', 'TOO_MANY_LOOK_UPS', {
    zh: `今日为他人查询、缴费已达 ${max} 次，请于 ${until} 零时后再试`,
    en: `others were named to pay for ${max} times today; try again after ${until} 00:00 (China time)`,
  })
}

export const notBilled = (path: string): NotAllowed =>
  NotAllowed.at(path, 'NOT_BILLED', {
    zh: '该期间没有应缴费款：未参加该险种，或由单位申报缴纳',
    en: 'nothing is owed for this period: not enrolled in this insurance, or the employer declares and pays it',
  })

export const outsideWindow = (path: string): NotAllowed =>
  NotAllowed.at(path, 'OUTSIDE_WINDOW', {
    zh: '不在可缴费的期间内',
    en: 'is not among the periods that can be paid now',
  })

export const amountDiffers = (expected: Fen): NotAllowed =>
  NotAllowed.at('amount', 'AMOUNT_DIFFERS', {
    zh: `应缴 ${formatYuan(expected)} 元`,
    en: `must be ${formatYuan(expected)} yuan`,
  })

export const nothingOwed = (): NotAllowed =>
  NotAllowed.at('period', 'NOTHING_OWED', {
    zh: '该期间没有待缴费款',
    en: 'nothing is left to pay for this period',
  })

export const monthImplausible = (): NotAllowed =>
  NotAllowed.at('period', 'PERIOD_IMPLAUSIBLE', {
    zh: '该单位在此期间没有核定，且不在单位可缴费的期间内，请核对后退回付款人',
    en: 'nothing was billed for this period, and it is not among those an employer pays; check it and return the money',
  })

export const amountImplausible = (): NotAllowed =>
  NotAllowed.at('amount', 'AMOUNT_IMPLAUSIBLE', {
    zh: '超过单位一月费款的上限，请核对后退回付款人',
    en: 'is more than any employer pays for a month; check it and return the money',
  })

export const employerUnknown = (): NotAllowed =>
  NotAllowed.at('employer', 'EMPLOYER_UNKNOWN', {
    zh: '该单位未在此统筹区登记，请核对后退回付款人',
    en: 'is not registered in this pool; check it and return the money',
  })

/** The bureau has replaced the bill, and nothing is owed instead. */
export const billReplaced = (path: string): NotAllowed =>
  NotAllowed.at(path, 'BILL_REPLACED', {
    zh: '该核定已由经办机构更正，不再应缴，请勿收款',
    en: 'the bureau has corrected this bill and it is owed no longer; take no money for it',
  })

export const alreadyCorrected = (by: string): NotAllowed =>
  NotAllowed.at('bill', 'ALREADY_CORRECTED', {
    zh: `该核定已由 ${by} 更正，请更正后者`,
    en: `was corrected by ${by} before; correct that one`,
  })

export const billOfEmployer = (): NotAllowed =>
  NotAllowed.at('bill', 'BILL_OF_EMPLOYER', {
    zh: '单位申报的核定由单位更正申报',
    en: 'is of what an employer declared; it is corrected by a correction of the declaration',
  })

export const billOfRetired = (): NotAllowed =>
  NotAllowed.at('bill', 'BILL_OF_RETIRED', {
    zh: '退休人员的月度划入没有应缴，不能更正',
    en: 'is the credit of somebody retired, of which nothing is owed',
  })

export const baseOrAmount = (path: 'base' | 'amount'): NotAllowed =>
  path === 'base'
    ? NotAllowed.at('base', 'FIXED_SUM', { zh: '该险种按定额缴费，请填金额', en: 'is of a fixed sum; give the amount' })
    : NotAllowed.at('amount', 'PAID_BY_BASE', {
        zh: '该险种按基数缴费，请填基数',
        en: 'is paid of a base; give the base',
      })

export const amountAboveRule = (most: Fen): NotAllowed =>
  NotAllowed.at('amount', 'AMOUNT_ABOVE_RULE', {
    zh: `不得超过个人缴费与财政补助之和 ${formatYuan(most)} 元`,
    en: `is more than the share of the person and the government together, ${formatYuan(most)} yuan`,
  })

export const nothingCorrected = (): NotAllowed =>
  NotAllowed.at('bill', 'NOTHING_CHANGED', { zh: '与现行核定相同', en: 'is what stands already' })

export const orderCancelled = (): NotAllowed =>
  NotAllowed.at('order', 'ORDER_CANCELLED', {
    zh: '核定已更正，该缴费单作废，请勿按原金额收款，由缴费人重新下单',
    en: 'what it was for was corrected, and the order is cancelled; take no money for it and have it ordered anew',
  })

export const referenceUsed = (): NotAllowed =>
  NotAllowed.at('reference', 'REFERENCE_USED', {
    zh: '该收款流水号已用于另一笔缴费',
    en: 'this number of the channel belongs to another payment',
  })

export const notOverpaid = (): NotAllowed =>
  NotAllowed.at('receipt', 'NOT_OVERPAID', {
    zh: '该缴费记录没有应退的费款',
    en: 'nothing is owed back of this payment',
  })

export const refundedBefore = (): NotAllowed =>
  NotAllowed.at('receipt', 'ALREADY_REFUNDED', {
    zh: '该费款已退还，请勿重复退费',
    en: 'this money was given back before; do not give it back again',
  })

export const transferUsed = (): NotAllowed =>
  NotAllowed.at('reference', 'TRANSFER_USED', {
    zh: '该退费流水号已用于另一笔退费，一笔转账只退一笔费款',
    en: 'this transfer has given another payment back; each payment goes back by a transfer of its own',
  })

export const noCredit = (): NotAllowed =>
  NotAllowed.at('employer', 'NO_CREDIT', {
    zh: '该单位在本统筹区没有结余可退',
    en: 'this employer has nothing to its credit in this pool',
  })
