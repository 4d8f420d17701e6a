import type { ClaimInvoice } from './claim.ts'

/**
 * The one key of an invoice, however it is written: code and number in the width of their kind, without the zeros some leave
 * out before a number. The database reckons the same (`settlement.invoice_key`), also of what institutions write in one.
 */
export function invoiceKey({ code, number }: Pick<ClaimInvoice, 'code' | 'number'>): string {
  if (code === '') return number
  const bare = number.replace(/^0+/, '')
  return code + bare.padStart(Math.max(bare.length, code.length < 10 ? 10 : 8), '0')
}
