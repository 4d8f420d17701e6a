import { Busy } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Bill, BillInput } from '../domain/bill.ts'
import { isStale } from '../domain/opened-visit.ts'
import type { Quote } from '../domain/quote.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { provinceElsewhere } from './away-bill.ts'
import { guardCredential } from './guard-credential.ts'
import { makeQuote } from './quote.ts'
import { trialAway } from './settle-away.ts'
import { decide, keyOf, readAll, readOwnBill, receive, type Incoming } from './settle.ts'

/** What settling a bill would come to, and the quote that promises it for a while. */
export interface Trial extends SettledBill {
  readonly quote: Quote
}

/**
 * Decides about a bill as `settle` would now, and writes nothing but a quote: settled by it before it expires, the bill
 * gets exactly these amounts, or is not settled. Throws the same rejections.
 */
export async function trial(context: Context, input: BillInput): Promise<Trial> {
  const incoming = receive(context, '', input)
  const bill = readOwnBill(input, incoming.institution, context.now())
  const province = provinceElsewhere(context, bill)
  return province === null ? tryBill(context, incoming, bill) : trialAway(context, incoming, { bill, input, province })
}

/** What a bill that was read would come to. */
export async function tryBill(context: Context, incoming: Incoming, bill: Bill): Promise<Trial> {
  const facts = await readAll(context, bill, keyOf(context, { ...bill, quote: null }, incoming, null))
  if (isStale(bill, facts)) throw Busy.of()
  await guardCredential(context, bill, facts)
  if (facts.credential !== null) context.noteRead(facts.credential.insuredId, 'trial')
  const decided = await decide(context, bill, facts, incoming.request)
  const { settlement, lines } = decided.settling
  return { ...settlement, lines, records: facts.records, quote: await makeQuote(context, decided) }
}
