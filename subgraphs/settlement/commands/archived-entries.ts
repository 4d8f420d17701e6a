import assert from 'node:assert/strict'
import type { Context } from '../context.ts'
import type { LedgerEntry } from '../domain/ledger.ts'
import { postedFor } from '../domain/posted.ts'
import { findSettlements } from '../store/settlements.ts'
import { policiesWith } from './explain.ts'

/** What was posted for settlements whose entries were put away, by id, in the order of the accounts. */
export async function archivedEntries(context: Context, ids: readonly string[]): Promise<Map<string, LedgerEntry[]>> {
  if (ids.length === 0) return new Map()
  const { orm } = context.db
  const settlements = await findSettlements(orm, ids)
  const taken = settlements.flatMap((one) => one.reverses ?? [])
  const originals = new Map((taken.length === 0 ? [] : await findSettlements(orm, taken)).map((one) => [one.id, one]))
  const found = new Map<string, LedgerEntry[]>()
  for (const settlement of settlements) {
    const original = settlement.reverses === null ? null : (originals.get(settlement.reverses) ?? null)
    const input = settlement.input ?? original?.input ?? null
    const policies = input === null ? [] : await policiesWith(context, input.policy)
    assert(policies !== null, 'the policy of a settlement stays known')
    const entries = postedFor(settlement, original, policies)
    found.set(
      settlement.id,
      entries.toSorted((a, b) => (a.account < b.account ? -1 : 1)),
    )
  }
  return found
}
