import type { Tx } from '@yibao/drizzle/connect'
import {
  paymentContent,
  RECEIPT_ENTRY,
  refundContent,
  voucherKindOf,
  type ProvingFile,
} from '../domain/payment-voucher.ts'
import type { KeptReceipt, Receipt } from '../domain/contribution.ts'
import { addVouchers, type NewVoucher } from './accounting-vouchers.ts'

/** Keeps a voucher of each payment that came in, or of what was settled without one, in the transaction that enters it. */
export const provePayments = (
  tx: Tx,
  receipts: readonly Receipt[],
  file: ProvingFile | null = null,
): Promise<string[]> =>
  addVouchers(
    tx,
    receipts.flatMap((one) => {
      const kind = voucherKindOf(one)
      const proved = { ...entryOf(one), content: paymentContent(one, file), by: one.caller, at: one.madeAt }
      return kind === null ? [] : [{ ...proved, kind }]
    }),
  )

/** Keeps a voucher of a payment that was given back. */
export async function proveRefund(tx: Tx, one: KeptReceipt): Promise<void> {
  const { caller, refundedBy, madeAt, refundedAt } = one
  const by = refundedBy ?? caller
  await addVouchers(tx, [
    { ...entryOf(one), kind: 'REFUND', content: refundContent(one), by, at: refundedAt ?? madeAt },
  ])
}

/** A year has no month. */
const entryOf = ({
  id,
  pool,
  employer,
  insuredId,
  period,
}: Receipt): Omit<NewVoucher, 'kind' | 'content' | 'by' | 'at'> => ({
  pool,
  employer,
  insuredId,
  month: period.length === 7 ? period : null,
  entryKind: RECEIPT_ENTRY,
  entryId: id,
})
