import { fenOf, type Fen } from '@yibao/schema/money'
import type { Bill, Converted } from './bill.ts'
import type { Facts } from './facts.ts'
import type { PoolRules } from './policy.ts'
import { AlreadySettled, refusedAt } from './refusals.ts'

/** A bill paid in full that is now settled: its invoice is void, and the cash it no longer owes goes back. */
export interface Conversion extends Converted {
  /** What the institution gives back: what was paid less the cash part. */
  readonly returned: Fen
}

/** What a settlement converts; null when the bill was not paid before. */
export const conversionOf = ({ converts }: Pick<Bill, 'converts'>, cash: Fen): Conversion | null =>
  converts === null ? null : { ...converts, returned: fenOf(converts.paid - cash) }

/**
 * Throws AlreadySettled when the paid invoice was converted before, NotAllowed when the pool's days for it are over, or
 * when the bill's own invoice number belongs to a voided one.
 */
export function checkConversion(
  { converts }: Pick<Bill, 'converts'>,
  { converted, invoiceVoid }: Pick<Facts, 'converted' | 'invoiceVoid'>,
  { conversion }: Pick<PoolRules, 'conversion'>,
  now: Temporal.Instant,
): void {
  checkInvoices({ converts }, { converted, invoiceVoid })
  if (converts === null) return
  const until = converts.paidAt.add({ hours: 24 * conversion.days })
  if (Temporal.Instant.compare(now, until) <= 0) return
  throw refusedAt('CONVERSION_TOO_LATE', ['converts.paidAt'], {
    zh: `自费转医保须在 ${conversion.days} 天内办理，可到经办机构手工报销`,
    en: `a paid bill is converted within ${conversion.days} days; it can still be claimed by hand`,
  })
}

/** The part of it that no rule of a pool is needed for. */
export function checkInvoices(
  { converts }: Pick<Bill, 'converts'>,
  { converted, invoiceVoid }: Pick<Facts, 'converted' | 'invoiceVoid'>,
): void {
  if (invoiceVoid)
    throw refusedAt('INVOICE_VOID', ['invoice'], {
      zh: '该发票已因转医保结算作废',
      en: 'this invoice was voided when its bill was settled with the insurance',
    })
  if (converts !== null && converted !== null) throw AlreadySettled.of(converted, 'converts.invoice')
}
