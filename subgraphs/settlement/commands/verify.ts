import type { Database, Tx } from '@yibao/drizzle/connect'
import type { Policy } from '../domain/policy.ts'
import type { Settlement } from '../domain/settlement.ts'
import { verifyRest, verifyReversal } from '../domain/verify-reversal.ts'
import { verifySettlement, type Mismatch, type StoredSettlement } from '../domain/verify-settlement.ts'
import { proveRegistered } from '../store/policies.ts'
import { atOneMoment, entriesByGroup, nextIds, readLines, readSettlements, type Readable } from '../store/verify.ts'
import { CHECK_COUNT, checkTables } from '../store/verify-tables.ts'

export type { Mismatch } from '../domain/verify-settlement.ts'

/** How far a verification is. */
export interface Progress {
  readonly settlements: number
  readonly checks: number
  readonly checksOf: number
}

export interface Verified {
  readonly settlements: number
  readonly mismatches: readonly Mismatch[]
}

const BATCH = 500
const FIRST = '00000000-0000-0000-0000-000000000000'

interface Range {
  /** The last id before it. */
  readonly lower: string
  /** The first id behind it; none for all there are. */
  readonly upper?: string
}

/**
 * Reckons every settlement again from what it stored, and proves sums, balances, counters, natural keys and requests.
 * Reads only, and everything as of one moment. Of settlements those of a range alone, where one is given.
 */
export function verify(
  db: Database,
  progress: (now: Progress) => void,
  { lower, upper }: Range = { lower: FIRST },
): Promise<Verified> {
  return atOneMoment(db, async (tx, statements) => {
    const { policies, mismatches } = await proveRegistered(statements)
    let settlements = 0
    const report = (checks: number) => progress({ settlements, checks, checksOf: CHECK_COUNT })
    for (let batch = await nextIds(tx, lower, BATCH, upper); batch.length > 0;) {
      mismatches.push(...(await verifyBatch(tx, batch, policies)))
      settlements += batch.length
      report(0)
      batch = await nextIds(tx, batch.at(-1) ?? lower, BATCH, upper)
    }
    mismatches.push(...(await checkTables(statements, report)))
    return { settlements, mismatches }
  })
}

async function verifyBatch(tx: Tx, ids: readonly string[], policies: readonly Policy[]): Promise<Mismatch[]> {
  const batch = await readSettlements(tx, ids)
  const taken = batch.found.flatMap((one) => one.reverses ?? one.replaces ?? [])
  const originals = await readSettlements(tx, taken)
  const stored = await withRows(tx, [...batch.found, ...originals.found])
  const unreadable = new Set(originals.mismatches.map((one) => one.row))
  const compared = batch.found.flatMap((settlement) => {
    const { id, reverses, replaces } = settlement
    const wrong = (what: string): Mismatch[] => [{ table: 'settlement.settlement', row: id, what }]
    const own = stored.found.get(id)
    if (own === undefined) return []
    const whole = replaces === null ? undefined : stored.found.get(replaces)
    if (reverses === null) return [...verifySettlement(own, policies), ...(whole ? verifyRest(own, whole) : [])]
    const original = stored.found.get(reverses)
    if (original !== undefined) return verifyReversal(own, original, policies)
    return wrong(`takes back a settlement that ${unreadable.has(reverses) ? 'cannot be read' : 'is not there'}`)
  })
  return [...batch.mismatches, ...stored.mismatches, ...compared]
}

async function withRows(tx: Tx, settlements: readonly Settlement[]): Promise<Readable<Map<string, StoredSettlement>>> {
  const ids = settlements.map((one) => one.id)
  const { found: lines, mismatches } = await readLines(tx, ids)
  const entries = await entriesByGroup(tx, ids)
  const found = new Map(
    settlements.map((settlement) => [
      settlement.id,
      { settlement, lines: lines.get(settlement.id) ?? [], entries: entries.get(settlement.id) ?? null },
    ]),
  )
  return { found, mismatches }
}
