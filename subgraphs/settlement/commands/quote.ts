import { canonicalDigest } from '@yibao/drizzle/digest'
import type { Context } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import { checkQuoteIsOf, promised, QuoteStale, staleness, type Quote } from '../domain/quote.ts'
import { addQuote } from '../store/quotes.ts'
import type { Decided } from './settle.ts'

/** Keeps what was decided as a quote, for as long as the pool's rule says. */
export async function makeQuote(context: Context, { settling, rules }: Decided): Promise<Quote> {
  const { institution, visit, chargeBatch, insuredId } = settling.settlement
  const now = context.now()
  const quote: Quote = { id: context.newId(now), expiresAt: now.add({ minutes: rules.quote.minutes }) }
  const print = canonicalDigest('quote', promised(settling))
  await addQuote(context.db.hot, { ...quote, institution, visit, chargeBatch, insuredId, print, madeAt: now })
  return quote
}

/**
 * Lets a bill that names a quote pass only when it comes to what was quoted. Throws QuoteStale with a new quote when it
 * does not, NotAllowed when the quote is not this bill's.
 */
export async function holdToQuote(context: Context, bill: Bill, decided: Decided): Promise<Decided> {
  if (bill.quote === null) return decided
  const { settling, facts } = decided
  const { quote } = facts
  checkQuoteIsOf(bill, [settling.settlement.insuredId, ...facts.records], quote)
  const stale = quote && staleness(quote, canonicalDigest('quote', promised(settling)), context.now())
  if (stale === null) return decided
  throw QuoteStale.of(stale, { quote: await makeQuote(context, decided), amounts: settling.settlement })
}
