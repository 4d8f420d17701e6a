import type { Fen } from '@yibao/schema/money'
import { formatYuan } from '@yibao/schema/money'
import { Rejection } from '@yibao/schema/rejection'
import type { Bill } from './bill.ts'
import { refusedAt } from './refusals.ts'
import type { Settling } from './settle.ts'
import { AMOUNTS } from './verify.ts'

/** What a trial promised: settling by it before it expires gives the amounts it was made of. */
export interface Quote {
  readonly id: string
  readonly expiresAt: Temporal.Instant
}

/** A quote as it was kept. */
export interface QuoteRecord extends Quote {
  readonly institution: string
  readonly visit: string
  readonly chargeBatch: string
  readonly insuredId: string
  /** Digest of the amounts. */
  readonly print: string
}

export type StaleReason = 'EXPIRED' | 'CHANGED'

const REASONS = {
  EXPIRED: { zh: '报价已过期', en: 'the quote has expired' },
  CHANGED: {
    zh: '报价之后累计、余额或规则有变，结果不同',
    en: 'counters, balances or rules have changed since, and the amounts with them',
  },
} as const

/** What a stale quote would come to now. */
interface Fresh {
  readonly quote: Quote
  readonly amounts: Readonly<Record<(typeof QUOTED)[number], Fen>>
}

/** The amounts a stale quote shows of the new one. */
export const QUOTED = ['total', 'fundTotal', 'hospital', 'account', 'mutualAid', 'cash'] as const

/** The quote does not hold any more; nothing was settled, and `quote` is a new one for the same bill. */
export class QuoteStale extends Rejection {
  static of(reason: StaleReason, { quote, amounts }: Fresh): QuoteStale {
    const text = {
      zh: `${REASONS[reason].zh}，未结算；请确认新报价后重新提交`,
      en: `${REASONS[reason].en}; nothing was settled, look at the new quote and send it`,
    }
    const shown = Object.fromEntries(QUOTED.map((name) => [name, formatYuan(amounts[name])]))
    return new QuoteStale({
      code: 'QUOTE_STALE',
      text,
      problems: [{ path: 'quote', code: reason, message: REASONS[reason] }],
      details: { reason, quote: quote.id, expiresAt: quote.expiresAt.toString(), ...shown },
    })
  }
}
Rejection.register('QuoteStale', QuoteStale)

/** Throws NotAllowed unless the quote was made for this bill, under one of the person's records. Whose else it is, is not told. */
export function checkQuoteIsOf(
  { institution, visit, chargeBatch }: Pick<Bill, 'institution' | 'visit' | 'chargeBatch'>,
  records: readonly string[],
  quote: QuoteRecord | null,
): void {
  if (quote === null || quote.institution !== institution)
    throw refusedAt('QUOTE_NOT_FOUND', ['quote'], { zh: '未找到该报价', en: 'the quote was not found' })
  if (quote.visit === visit && quote.chargeBatch === chargeBatch && records.includes(quote.insuredId)) return
  throw refusedAt('QUOTE_OF_ANOTHER_BILL', ['quote'], {
    zh: '该报价属于另一账单',
    en: 'the quote was made for another bill',
  })
}

/** Why a quote no longer holds for what was decided now; null while it does. */
export function staleness(quote: QuoteRecord, print: string, now: Temporal.Instant): StaleReason | null {
  if (Temporal.Instant.compare(now, quote.expiresAt) >= 0) return 'EXPIRED'
  return quote.print === print ? null : 'CHANGED'
}

/** Everything of a decision that a quote promises, as plain values; whose it is stands beside it, for records are merged. */
export const promised = ({ settlement, lines, sponsors }: Settling): unknown => ({
  policy: settlement.input?.policy,
  funds: settlement.funds.map(({ payer, fundPayType, paid }) => [payer, fundPayType, String(paid)]),
  amounts: AMOUNTS.map((name) => String(settlement[name])),
  sponsors: sponsors.map(({ sponsorId, current, history }) => [sponsorId, String(current), String(history)]),
  lines: lines.map((line) => [
    line.serial,
    ...[line.amount, line.selfPaid, line.overCeiling, line.firstSelfPayment, line.inScope].map(String),
  ]),
})
