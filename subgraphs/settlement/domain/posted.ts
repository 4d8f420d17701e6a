import assert from 'node:assert/strict'
import { awayEntries, isDecidedElsewhere } from './away.ts'
import { entriesOf, mirrored, type LedgerEntry } from './ledger.ts'
import type { Policy } from './policy.ts'
import { isDecided } from './recompute.ts'
import type { Settlement } from './settlement.ts'
import { ENGINE, split } from './split.ts'

/**
 * What was posted for a settlement, from what it says itself: its entries are put away after some years, its record is not.
 * Before that every settlement of the month is held against these. `original` is what a reversal takes back.
 */
export function postedFor(
  settlement: Settlement,
  original: Settlement | null,
  policies: readonly Policy[],
): LedgerEntry[] {
  if (isDecidedElsewhere(original ?? settlement)) return awayEntries(settlement)
  if (original !== null && settlement.input === null) return mirrored(postedFor(original, null, policies))
  const decided = original ?? settlement
  const { input } = settlement
  assert(input !== null && isDecided(decided), 'a settlement says what it was decided on')
  assert.equal(settlement.engine, ENGINE, 'the engine that decided it is known')
  const entries = entriesOf(decided, split(input, policies))
  return original === null ? entries : mirrored(entries)
}
