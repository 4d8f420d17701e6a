import type { Context } from '../context.ts'
import type { BillInput } from '../domain/bill.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { readFacts } from '../store/read-facts.ts'
import { guardCredential } from './guard-credential.ts'
import { decide, keyOf, readOwnBill, receive } from './settle.ts'

/**
 * Decides about a bill as `settle` would now, and writes nothing. Not binding: what happens between the trial and the
 * settlement counts. Throws the same rejections.
 */
export async function trial(context: Context, input: BillInput): Promise<SettledBill> {
  const incoming = receive(context, '', input)
  const bill = readOwnBill(input, incoming.institution, context.now())
  const facts = await readFacts(context.db.hot, keyOf(bill, incoming, null))
  await guardCredential(context, bill, facts)
  if (facts.credential !== null) context.noteRead(facts.credential.insuredId, 'trial')
  const { settling } = await decide(context, bill, facts, incoming.request)
  return { ...settling.settlement, lines: settling.lines }
}
