import type { Context } from '../context.ts'
import { explain, type Explanation } from '../domain/explain.ts'
import { findPolicy } from '../domain/policy-select.ts'
import type { Settlement } from '../domain/settlement.ts'
import { ENGINE, split } from '../domain/split.ts'
import { sameAmounts } from '../domain/verify.ts'
import { remember } from './remember.ts'

/**
 * Why a settlement came out as it did, reckoned again from its stored input. Null for a reversal, which decides
 * nothing. Null as well when the reckoning differs from what was stored: the stored amounts are what holds, an alarm
 * is logged, and no other numbers are shown.
 */
export const explainSettlement = remember(async (context, settlement: Settlement): Promise<Explanation | null> => {
  const { input, id } = settlement
  if (input === null) return null
  const policies = await policiesWith(context, input.policy)
  if (settlement.engine === ENGINE && policies !== null) {
    const result = split(input, policies)
    if (sameAmounts(settlement, result)) return explain(input, result, policies)
  }
  context.logger?.error(
    { settlement: id, engine: settlement.engine },
    'a settlement cannot be reckoned as it was stored',
  )
  return null
})

/** The policies in memory, read again when the one asked for is not among them. */
export async function policiesWith({ policies }: Context, wanted: { id: string; version: string }) {
  const { list } = await policies.latest()
  if (findPolicy(list, wanted) !== null) return list
  const { list: fresh } = await policies.reload()
  return findPolicy(fresh, wanted) === null ? null : fresh
}
