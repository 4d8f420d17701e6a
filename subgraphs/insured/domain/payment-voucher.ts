import { CREDIT } from './employer-credit.ts'
import type { KeptReceipt, Receipt } from './contribution.ts'

/** What an accounting voucher of a payment proves: that money came in, was set off, is owed back of a credit, or went back. */
export type PaymentVoucherKind = 'PAYMENT' | 'SET_OFF' | 'CREDIT_RETURNED' | 'REFUND'

/** What the entries of payments are called where a voucher names its entry. */
export const RECEIPT_ENTRY = 'CONTRIBUTION_RECEIPT'

/** The file a payment came in, as the platform keeps it. */
export interface ProvingFile {
  readonly collection: string
  readonly document: string
  readonly sha256: string
}

/** Null of what was only ordered: nothing is entered until the money is there. */
export function voucherKindOf({
  state,
  channel,
  receivedAt,
  postedAt,
}: Pick<Receipt, 'state' | 'channel' | 'receivedAt' | 'postedAt'>): PaymentVoucherKind | null {
  if (state === 'REFUNDED') return 'REFUND'
  if (state === 'OFFSET') return 'SET_OFF'
  if (receivedAt === null && postedAt === null) return null
  return channel === CREDIT ? 'CREDIT_RETURNED' : 'PAYMENT'
}

/** What the voucher of a payment says: the entry as it is made, and the file it was read from. */
export const paymentContent = (one: Receipt, file: ProvingFile | null) => ({
  receiptId: one.id,
  channel: one.channel,
  reference: one.reference,
  state: one.state,
  pool: one.pool,
  insuranceType: one.insuranceType,
  period: one.period,
  insuredId: one.insuredId,
  billId: one.billId,
  employer: one.employer,
  amount: one.amount,
  receivedAt: one.receivedAt,
  postedAt: one.postedAt,
  ...(file !== null && { file }),
})

/** What the voucher of money that went back says. */
export const refundContent = (one: KeptReceipt) => ({
  ...paymentContent(one, null),
  refundedAt: one.refundedAt,
  refundReference: one.refundReference,
})
