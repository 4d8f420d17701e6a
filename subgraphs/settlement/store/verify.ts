import type { Database, Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { ledgerEntry, settlement } from '@yibao/drizzle/settlement'
import { and, asc, gt, inArray, lt, sql } from 'drizzle-orm'
import type { LedgerEntry } from '../domain/ledger.ts'
import type { SettledLine, Settlement } from '../domain/settlement.ts'
import type { Mismatch } from '../domain/verify-settlement.ts'
import { listLines, settlementOf } from './settlements.ts'

/**
 * Everything `work` reads is of one moment: a platform that goes on settling meanwhile does not look damaged.
 * The statements are for what is written by hand.
 */
export function atOneMoment<T>({ orm }: Database, work: (tx: Tx, statements: Statements) => Promise<T>): Promise<T> {
  return orm.transaction(async (tx) => {
    const unsafe = async <Row>(text: string) => (await tx.execute(sql.raw(text))).rows as Row[]
    return work(tx, { unsafe })
  }, 'repeatable read')
}

/** The ids of the next settlements of all persons, in order, up to the end when there is one. */
export async function nextIds(tx: Tx, after: string, limit: number, before?: string): Promise<string[]> {
  const rows = await tx
    .selectDistinct({ id: settlement.id })
    .from(settlement)
    .where(and(gt(settlement.id, after), before === undefined ? undefined : lt(settlement.id, before)))
    .orderBy(asc(settlement.id))
    .limit(limit)
  return rows.map((row) => row.id)
}

/** What could be read, and the rows that could not. */
export interface Readable<T> {
  readonly found: T
  readonly mismatches: readonly Mismatch[]
}

/** Settlements by id, each read by itself, so that a malformed one does not hide the others. */
export async function readSettlements(tx: Tx, ids: readonly string[]): Promise<Readable<Settlement[]>> {
  const rows = await readEach(ids, 'settlement.settlement', (some) =>
    tx
      .select()
      .from(settlement)
      .where(inArray(settlement.id, [...some]))
      .orderBy(asc(settlement.id)),
  )
  const mismatches = [...rows.mismatches]
  const found = rows.found.flat().flatMap((row) => {
    try {
      const { consumed } = row
      if (typeof consumed !== 'object' || Array.isArray(consumed)) throw new TypeError('consumed is not an object')
      return [settlementOf(row)]
    } catch (error) {
      mismatches.push(unreadable('settlement.settlement', row.id, error))
      return []
    }
  })
  return { found, mismatches }
}

/** The lines of several settlements, by settlement. */
export async function readLines(tx: Tx, ids: readonly string[]): Promise<Readable<Map<string, SettledLine[]>>> {
  const { found, mismatches } = await readEach(ids, 'settlement.settlement_line', (some) => listLines(tx, some))
  return { found: new Map(found.flatMap((some) => [...some])), mismatches }
}

/** Reads all at once, and one by one when something among them has a value that no column type understands. */
async function readEach<T>(
  ids: readonly string[],
  table: string,
  read: (ids: readonly string[]) => Promise<T>,
): Promise<Readable<T[]>> {
  const all = await read(ids).catch(() => null)
  if (all !== null) return { found: [all], mismatches: [] }
  const found: T[] = []
  const mismatches: Mismatch[] = []
  for (const id of ids) {
    const note = (error: unknown) => void mismatches.push(unreadable(table, id, error))
    await read([id]).then((one) => found.push(one), note)
  }
  return { found, mismatches }
}

const unreadable = (table: string, row: string, error: unknown): Mismatch => ({
  table,
  row,
  what: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
})

/** The ledger entries of several groups, by group; null for those that were put away. */
export async function entriesByGroup(tx: Tx, ids: readonly string[]): Promise<Map<string, LedgerEntry[] | null>> {
  const { rows: borders } = await tx.execute<{ border: string }>(sql`select settlement.ledger_border()::text as border`)
  const border = borders[0]?.border ?? ''
  const rows = await tx
    .select()
    .from(ledgerEntry)
    .where(inArray(ledgerEntry.groupId, [...ids]))
    .orderBy(asc(ledgerEntry.groupId), asc(ledgerEntry.account))
  const groups = Map.groupBy(rows, (row) => row.groupId)
  return new Map(ids.map((id) => [id, id < border ? null : (groups.get(id) ?? [])]))
}
