import { uuidFault } from '@yibao/schema/ids'
import { ZERO, type Fen } from '@yibao/schema/money'
import { NotAllowed, NotFound, Rejection, type Problem, type StoredRejection, type Text } from '@yibao/schema/rejection'
import type { BillInput } from './bill.ts'
import type { Maybe } from './fields.ts'
import { refusedAt } from './refusals.ts'

/**
 * UNPAID → AUTHORISED → PAYING → PAID → SETTLED. Without cash PAYING is left out. UNPAID and PAYING can end as EXPIRED or
 * CANCELLED; a PAID order that cannot be settled, or whose settlement is taken back, goes REFUNDING → REFUNDED, or
 * CANCELLED when there was no cash.
 */
export type OrderState =
  | 'UNPAID'
  | 'AUTHORISED'
  | 'PAYING'
  | 'PAID'
  | 'SETTLED'
  | 'EXPIRED'
  | 'CANCELLED'
  | 'REFUNDING'
  | 'REFUNDED'

/** An order as an institution asks for it: a bill, and instead of a credential for paying whom it is for. */
export interface OrderInput extends OrderBill {
  readonly person: {
    readonly number?: Maybe<string>
    readonly credential?: Maybe<BillInput['credential']>
  }
}

/** A bill as it was sent, without whatever credential was shown. */
export type OrderBill = Omit<BillInput, 'credential'>

/** What the person is shown, and what they authorise. */
export interface OrderAmounts {
  readonly total: Fen
  readonly fundTotal: Fen
  readonly hospital: Fen
  readonly account: Fen
  readonly mutualAid: Fen
  readonly cash: Fen
}

/** The amounts a bill comes to, with the quote that says so. */
export interface OrderQuote extends OrderAmounts {
  readonly quoteId: string
  readonly quoteExpiresAt: Temporal.Instant
  /** Digest of everything that is promised; the same for the same result. */
  readonly print: string
}

/** A bill that an institution has sent to the person's phone. */
export interface Order extends OrderQuote {
  readonly id: string
  readonly insuredId: string
  readonly institution: string
  readonly pool: string
  readonly visit: string
  readonly chargeBatch: string
  /** Whether the institution was shown a credential, and not only knew the person's number. */
  readonly shown: boolean
  readonly careType: string
  readonly lineCount: number
  readonly state: OrderState
  /** Code of why it ended or is refunded. */
  readonly reason: string | null
  /** Why it could not be settled. */
  readonly refusal: StoredRejection | null
  readonly paymentUrl: string | null
  /** Its settlement, or what part refunds have left of it. */
  readonly settlementId: string | null
  /** What of the cash is paid back online; null while nothing is. */
  readonly refund: Fen | null
  readonly createdAt: Temporal.Instant
  /** Unpaid it ends then; a payment that was begun must be made by then. */
  readonly expiresAt: Temporal.Instant
  readonly authorisedAt: Temporal.Instant | null
  readonly paidAt: Temporal.Instant | null
  readonly settledAt: Temporal.Instant | null
  readonly refundedAt: Temporal.Instant | null
  readonly closedAt: Temporal.Instant | null
  readonly attempts: number
  readonly version: number
}

/** What is to be done about an order next; REST when it waits for somebody or is over. */
export type OrderStep = 'EXPIRE' | 'BEGIN_PAYMENT' | 'TAKE_AS_PAID' | 'ASK_PAYMENT' | 'SETTLE' | 'REFUND' | 'REST'

export function stepOf({ state, cash, expiresAt }: Order, now: Temporal.Instant): OrderStep {
  switch (state) {
    case 'UNPAID':
      return Temporal.Instant.compare(expiresAt, now) <= 0 ? 'EXPIRE' : 'REST'
    case 'AUTHORISED':
      return cash === ZERO ? 'TAKE_AS_PAID' : 'BEGIN_PAYMENT'
    case 'PAYING':
      return 'ASK_PAYMENT'
    case 'PAID':
      return 'SETTLE'
    case 'REFUNDING':
      return 'REFUND'
    case 'SETTLED':
    case 'EXPIRED':
    case 'CANCELLED':
    case 'REFUNDED':
      return 'REST'
  }
}

/** The request of the institution an order is settled under. */
export const settleRequestOf = ({ id }: Pick<Order, 'id'>): string => `order-${id}`

/** The order a request would settle; null for every other request. */
export function orderOfRequest(requestId: string): string | null {
  const id = requestId.slice('order-'.length)
  return uuidFault(id) === null && settleRequestOf({ id: id.toLowerCase() }) === requestId ? id : null
}

/** Seconds until an order is looked at again: soon at first, then rarely. */
export const secondsUntilRetry = (attempts: number): number => Math.min(60, 2 ** Math.min(attempts, 6))

/** The cash authorised and paid is not what the bill comes to any more. */
export const cashChanged = (): NotAllowed =>
  refusedAt('QUOTE_STALE', ['cash'], {
    zh: '付款后应付现金有变，未结算，现金原路退回',
    en: 'the cash part has changed since it was authorised; nothing was settled and the cash is paid back',
  })

const isCredential = ({ path }: Problem): boolean => path === 'credential' || path.startsWith('credential.')

/**
 * A refusal of the bill in the words of whoever sends the order, in which the person stands instead of a credential. What
 * names no credential is given back as it is.
 */
export function inTermsOfOrder(refusal: unknown): unknown {
  if (!(refusal instanceof Rejection) || refusal.retryable) return refusal
  if (!refusal.problems.some(isCredential)) return refusal
  const problems = refusal.problems.map((one) => (isCredential(one) ? { ...one, path: 'person' } : one))
  return Rejection.revive({ ...refusal.store(), problems })
}

const notOrder: Text = { zh: '该订单', en: 'the order' }
export const orderNotFound = (path = 'order'): NotFound => NotFound.of(notOrder, path)

const STATES: Readonly<Record<OrderState, Text>> = {
  UNPAID: { zh: '待授权', en: 'waits to be authorised' },
  AUTHORISED: { zh: '已授权', en: 'is authorised' },
  PAYING: { zh: '支付中', en: 'is being paid' },
  PAID: { zh: '已支付', en: 'is paid' },
  SETTLED: { zh: '已结算', en: 'is settled' },
  EXPIRED: { zh: '已过期', en: 'has expired' },
  CANCELLED: { zh: '已取消', en: 'is cancelled' },
  REFUNDING: { zh: '退款中', en: 'is being refunded' },
  REFUNDED: { zh: '已退款', en: 'is refunded' },
}

export const orderIs = (state: OrderState): NotAllowed =>
  refusedAt(`ORDER_${state}`, ['order'], {
    zh: `订单${STATES[state].zh}`,
    en: `the order ${STATES[state].en}`,
  })

export const orderExists = (): NotAllowed =>
  refusedAt('ORDER_EXISTS', ['chargeBatch'], {
    zh: '该账单已有进行中的线上订单',
    en: 'this bill is in another online order that is under way',
  })

/** Orders of one institution that wait for one person at a time. */
export const OPEN_MAX = 20

/** The person’s phone is full of orders of this institution. Never stored: when some are done the order can be made. */
export class TooManyOrders extends NotAllowed {
  override readonly retryable = true
  static open(): TooManyOrders {
    const text = {
      zh: `该人员在本机构已有 ${OPEN_MAX} 个未完成的线上订单，请先完成或撤回`,
      en: `${OPEN_MAX} online orders of this institution wait for this person; let some be paid or withdraw them first`,
    }
    const problems = [{ path: 'person', code: 'TOO_MANY_ORDERS', message: text }]
    return new TooManyOrders({ code: 'TOO_MANY_ORDERS', text, problems, details: {} })
  }
}

export const voucherUsed = (): NotAllowed =>
  refusedAt('VOUCHER_USED', ['voucher'], {
    zh: '该电子凭证码已被使用，请刷新',
    en: 'the e-voucher has been used before; ask for a fresh one',
  })

export const voucherUnknown = (): NotAllowed =>
  refusedAt('CREDENTIAL_UNKNOWN', ['voucher'], {
    zh: '电子凭证无效，或不属于登录者',
    en: 'the e-voucher is not known, or not that of whoever signed in',
  })

export const voucherExpired = (): NotAllowed =>
  refusedAt('CREDENTIAL_EXPIRED', ['voucher'], {
    zh: '电子凭证已过期，请刷新',
    en: 'the e-voucher has expired; ask for a fresh one',
  })

/** All that an institution learns of somebody who has shown it nothing: whether it is nobody, or why, stays untold. */
export const needsCredential = (): NotAllowed =>
  refusedAt('CREDENTIAL_NEEDED', ['person.number'], {
    zh: '凭此人员编号不能开立该订单，原因仅在出示凭证后告知',
    en: 'this order cannot be made by the person number; why is told to whoever is shown a credential',
  })

export const paymentNotOffered = (path: 'order' | 'total'): NotAllowed =>
  refusedAt('NO_ONLINE_PAYMENT', [path], {
    zh: '平台未接入线上支付，有现金部分的账单请到窗口结算',
    en: 'no online payment is connected here; settle a bill with a cash part at the counter',
  })

/** Why an order was not carried out, or was undone. */
export interface OrderEnding {
  readonly code: string
  readonly text: Text
}

const ENDINGS: Readonly<Record<string, Text>> = {
  EXPIRED: { zh: '逾期未授权', en: 'it was not authorised in time' },
  PAYMENT_EXPIRED: { zh: '逾期未支付', en: 'it was not paid in time' },
  PAYMENT_DECLINED: { zh: '支付被拒', en: 'the payment was declined' },
  BY_PERSON: { zh: '本人撤回', en: 'the person withdrew it' },
  BY_INSTITUTION: { zh: '机构撤回', en: 'the institution withdrew it' },
  REVERSED: { zh: '结算已撤销', en: 'the settlement was taken back' },
}

/** Null while nothing stands against it. */
export function endingOf({ reason, refusal }: Pick<Order, 'reason' | 'refusal'>): OrderEnding | null {
  if (reason === null) return null
  return { code: reason, text: refusal?.text ?? ENDINGS[reason] ?? { zh: reason, en: reason } }
}
