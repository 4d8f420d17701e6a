import type { Context } from '../context.ts'
import { explain } from '../domain/explain.ts'
import { absent, isToldByHome, type Explained } from '../domain/explanation-absence.ts'
import { findPolicy } from '../domain/policy-select.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { ENGINE, split } from '../domain/split.ts'
import { sameAmounts } from '../domain/verify.ts'
import { explainElsewhere } from './explain-elsewhere.ts'
import { remember } from './remember.ts'

/**
 * Why a settlement came out as it did, reckoned again from its stored input, or told by the platform that decided it. A
 * reversal decides nothing. Nothing is said either when the reckoning differs from what was stored: the stored amounts are
 * what holds, an alarm is logged, and no other numbers are shown.
 */
export const explainSettlement = remember(async (context, settlement: SettledBill): Promise<Explained> => {
  const { input, id } = settlement
  if (isToldByHome(settlement)) return explainElsewhere(context, settlement)
  if (input === null) return absent('DECIDES_NOTHING')
  const policies = await policiesWith(context, input.policy)
  if (settlement.engine === ENGINE && policies !== null) {
    const result = split(input, policies)
    if (sameAmounts(settlement, result)) return { explanation: explain(input, result, policies), absence: null }
  }
  context.logger?.error(
    { settlement: id, engine: settlement.engine },
    'a settlement cannot be reckoned as it was stored',
  )
  return absent('NOT_RECKONED')
})

/** The policies in memory, read again when the one asked for is not among them. */
export async function policiesWith({ policies }: Context, wanted: { id: string; version: string }) {
  const { list } = await policies.latest()
  if (findPolicy(list, wanted) !== null) return list
  const { list: fresh } = await policies.reload()
  return findPolicy(fresh, wanted) === null ? null : fresh
}
