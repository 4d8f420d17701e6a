import type { Database, Tx } from '@yibao/drizzle/connect'
import type { Policy } from '../domain/policy.ts'
import type { Settlement } from '../domain/settlement.ts'
import { verifyReversal, verifySettlement, type Mismatch, type StoredSettlement } from '../domain/verify-settlement.ts'
import { proveRegistered } from '../store/policies.ts'
import { findSettlements, listLines } from '../store/settlements.ts'
import { atOneMoment, CHECK_COUNT, checkTables, entriesByGroup, nextSettlements } from '../store/verify.ts'

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

/**
 * Reckons every settlement again from what it stored, and proves sums, balances, counters, natural keys and requests.
 * Reads only, and everything as of one moment.
 */
export function verify(db: Database, progress: (now: Progress) => void): Promise<Verified> {
  return atOneMoment(db, async (tx, statements) => {
    const { policies, mismatches } = await proveRegistered(statements)
    let settlements = 0
    const report = (checks: number) => progress({ settlements, checks, checksOf: CHECK_COUNT })
    for (let batch = await nextSettlements(tx, FIRST, BATCH); batch.length > 0;) {
      mismatches.push(...(await verifyBatch(tx, batch, policies)))
      settlements += batch.length
      report(0)
      batch = await nextSettlements(tx, batch.at(-1)?.id ?? FIRST, BATCH)
    }
    mismatches.push(...(await checkTables(statements, report)))
    return { settlements, mismatches }
  })
}

async function verifyBatch(tx: Tx, batch: readonly Settlement[], policies: readonly Policy[]): Promise<Mismatch[]> {
  const taken = batch.flatMap((one) => (one.reverses === null ? [] : [one.reverses]))
  const originals = taken.length === 0 ? [] : await findSettlements(tx, taken)
  const stored = await withRows(tx, [...batch, ...originals])
  return batch.flatMap((settlement) => {
    const own = stored.get(settlement.id)
    if (own === undefined) return []
    if (settlement.reverses === null) return verifySettlement(own, policies)
    const original = stored.get(settlement.reverses)
    if (original !== undefined) return verifyReversal(own, original)
    return [{ table: 'settlement.settlement', row: settlement.id, what: 'takes back a settlement that is not there' }]
  })
}

async function withRows(tx: Tx, settlements: readonly Settlement[]): Promise<Map<string, StoredSettlement>> {
  const ids = settlements.map((one) => one.id)
  const lines = await listLines(tx, ids)
  const entries = await entriesByGroup(tx, ids)
  return new Map(
    settlements.map((settlement) => [
      settlement.id,
      { settlement, lines: lines.get(settlement.id) ?? [], entries: entries.get(settlement.id) ?? [] },
    ]),
  )
}
