import { awayEntries, isDecidedElsewhere } from './away.ts'
import { entriesOf, mirrored, type LedgerEntry } from './ledger.ts'
import type { Policy } from './policy.ts'
import { postedFor } from './posted.ts'
import { asReckoned, givenBy, isDecided, type DecidedSettlement } from './recompute.ts'
import { reversalOf, reversedLines } from './reverse.ts'
import type { SettledAmounts, Settlement } from './settlement.ts'
import { split } from './split.ts'
import { AMOUNTS, differingKeys } from './verify.ts'
import { differingEntries, HOME, plain, type Mismatch, type StoredSettlement } from './verify-settlement.ts'

/** What a reversal is the mirror image of. */
interface Reckoned {
  readonly settlement: Settlement
  readonly entries: readonly LedgerEntry[]
  readonly wrong: readonly string[]
}

/** Compares a reversal with the mirror image of what it takes back, or of that reckoned anew from its own input. */
export function verifyReversal(
  reversal: StoredSettlement,
  original: StoredSettlement,
  policies: readonly Policy[],
): Mismatch[] {
  const { settlement } = reversal
  const { id } = settlement
  const wrong = (what: string): Mismatch => ({ table: HOME, row: id, what })
  if (isDecidedElsewhere(original.settlement)) return verifyElsewhere(reversal, original)
  if (!isDecided(original.settlement)) return [wrong('takes back what is itself a reversal')]
  try {
    const reckoned = reckon(settlement, { ...original, settlement: original.settlement }, policies)
    const found = [...reckoned.wrong, ...differing(settlement, reckoned.settlement)]
    const mismatches = found.length === 0 ? [] : [wrong(`${found.join(', ')}: not the mirror image`)]
    if (plain(reversedLines(original.lines)) !== plain(reversal.lines))
      mismatches.push({ table: 'settlement.settlement_line', row: id, what: 'lines are not the mirror image' })
    for (const { account } of differingEntries(
      reversal.entries ?? mirrored(reckoned.entries),
      mirrored(reckoned.entries),
    ))
      mismatches.push({ table: 'settlement.ledger_entry', row: `${id} ${account}`, what: 'not the mirror image' })
    return mismatches
  } catch (error) {
    return [wrong(`cannot be reckoned from its input: ${error instanceof Error ? error.message : String(error)}`)]
  }
}

/** What was decided elsewhere is taken back as it was told there: the same lines and total, and what it comes to is owed. */
function verifyElsewhere(reversal: StoredSettlement, original: StoredSettlement): Mismatch[] {
  const { settlement, lines, entries } = reversal
  const { id } = settlement
  const found: Mismatch[] = []
  if (settlement.total + original.settlement.total !== 0n)
    found.push({ table: HOME, row: id, what: 'total: not the mirror image' })
  if (plain(reversedLines(original.lines)) !== plain(lines))
    found.push({ table: 'settlement.settlement_line', row: id, what: 'lines are not the mirror image' })
  for (const { account } of differingEntries(entries ?? awayEntries(settlement), awayEntries(settlement)))
    found.push({ table: 'settlement.ledger_entry', row: `${id} ${account}`, what: 'not what the reversal gives' })
  return found
}

/** What is mirrored: the bill as it was settled, or as the reversal's own input gives it. */
function reckon(
  { input }: Settlement,
  { settlement, entries }: StoredSettlement & { readonly settlement: DecidedSettlement },
  policies: readonly Policy[],
): Reckoned {
  if (input === null) return { settlement, entries: entries ?? postedFor(settlement, null, policies), wrong: [] }
  const { counters } = input
  const given = { ...settlement.input, ...givenBy(settlement, policies), counters }
  const result = split(input, policies)
  return {
    settlement: asReckoned(settlement, { input, result }),
    entries: entriesOf(settlement, result),
    wrong: plain(given) === plain(input) ? [] : ['input'],
  }
}

function differing(reversal: Settlement, reckoned: Settlement): string[] {
  const { id, caller, requestId, settledAt: now, balance, correction, keepsCounters } = reversal
  const mirror = reversalOf(reckoned, { id, caller, requestId, now, balance, correction, keepsCounters })
  const names = [...AMOUNTS, 'detailTotal' as const, 'poolRatio' as const].filter(
    (name: keyof SettledAmounts | 'poolRatio') => reversal[name] !== mirror[name],
  )
  const keys = differingKeys(reversal.consumed, mirror.consumed).map((key) => `consumed ${key}`)
  return [...names, ...keys, ...(plain(reversal.funds) === plain(mirror.funds) ? [] : ['funds'])]
}

/**
 * What a refund left must be decided as the whole was: by the same policy, person and care, at the same place and time,
 * with no line or quantity more. (Lines, counters and accounts are its own.)
 */
export function verifyRest(rest: StoredSettlement, whole: StoredSettlement): Mismatch[] {
  const left = new Map<string, bigint>()
  for (const { serial, refundOf, quantity } of whole.lines)
    left.set(refundOf ?? serial, (left.get(refundOf ?? serial) ?? 0n) + quantity)
  const more = rest.lines.filter(({ serial, quantity }) => quantity > (left.get(serial) ?? 0n)).map((one) => one.serial)
  const what = [
    ...(plain(decidedAs(rest)) === plain(decidedAs(whole)) ? [] : ['not decided as the whole was']),
    ...(more.length === 0 ? [] : [`more of ${more.join(', ')} than the whole had`]),
  ]
  return what.map((one) => ({ table: HOME, row: rest.settlement.id, what: one }))
}

function decidedAs({ settlement }: StoredSettlement) {
  const { insuredId, institution, visit, careType, beginAt, endAt, diagnoses, input } = settlement
  const {
    lines: _lines,
    counters: _counters,
    accounts: _accounts,
    sponsors: _sponsors,
    findings: _marks,
    ...rules
  } = input ?? { lines: [], counters: {}, accounts: {} }
  return { insuredId, institution, visit, careType, beginAt, endAt, diagnoses, rules }
}
