import type { Context } from '../context.ts'
import { findPolicy } from '../domain/policy-select.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { traceWarnings, type TraceWarning } from '../domain/trace-codes.ts'
import { policiesWith } from './explain.ts'
import { remember } from './remember.ts'

/**
 * What is odd about the trace codes of a settlement's lines, by the rule of the pool. Told when it is asked for and not
 * written: it changes nothing, and most bills would carry it while codes are not collected everywhere.
 */
export async function warnOfTraceCodes(context: Context, bill: SettledBill): Promise<TraceWarning[]> {
  const found = await warn(context, bill)
  context.load.lines.spend(found.length)
  return found
}

const warn = remember(async (context, bill: SettledBill): Promise<TraceWarning[]> => {
  if (bill.input === null) return []
  const policies = await policiesWith(context, bill.input.policy)
  const rule = policies && findPolicy(policies, bill.input.policy)?.pool.rules.traceCodes.value
  const lines = bill.lines ?? (await context.load.lines.load(bill.id))
  return traceWarnings(lines, { listTypes: lines.map((line) => line.listType), rule: rule ?? 'OFF' })
})
