import { findPolicy } from '../domain/policy-select.ts'
import { isDecided } from '../domain/recompute.ts'
import type { Settlement } from '../domain/settlement.ts'
import { policiesWith } from './explain.ts'
import { remember } from './remember.ts'

/**
 * The settlement that has to be taken back before this one, where the pool asks for the latest first; null when the way
 * is free. As whoever asks may see it: the person and the bureau, whom the institution that was refused can ask.
 */
export const findBlocking = remember(async (context, settlement: Settlement): Promise<Settlement | null> => {
  if (!isDecided(settlement)) return null
  const policies = (await policiesWith(context, settlement.input.policy)) ?? []
  const rules = findPolicy(policies, settlement.input.policy)?.pool.rules
  if (rules?.reversalOrder.value !== 'LATEST_FIRST') return null
  if ((await context.load.reversal.load(settlement.id)) !== null) return null
  return context.load.latest.load(settlement)
})
