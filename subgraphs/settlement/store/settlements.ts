import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { confirmation } from '@yibao/drizzle/settlement-confirmation'
import { ledgerEntry, reversal, settlement, settlementLine } from '@yibao/drizzle/settlement'
import { dispensing } from '@yibao/drizzle/settlement-prescription'
import { fenOf } from '@yibao/schema/money'
import { and, asc, desc, eq, gte, inArray, lt, ne, sql, type SQL } from 'drizzle-orm'
import type { Dispensed } from '../domain/dispense.ts'
import type { LedgerEntry } from '../domain/ledger.ts'
import type { SettledLine, Settlement } from '../domain/settlement.ts'
import { decodeFinding } from './findings.ts'
import { decodeSplitInput, type StoredSplitInput } from './split-input.ts'

type Db = ReadTx | Tx
type Row = typeof settlement.$inferSelect
type LineRow = typeof settlementLine.$inferSelect

/** Where a settlement lies. */
export interface SettlementKey {
  readonly insuredId: string
  readonly id: string
}

/** Reads a row back into what was written. */
export function settlementOf(row: Row): Settlement {
  const { funds, consumed, input, findings, ...rest } = row
  return {
    ...rest,
    funds: funds.map(([payer, fundPayType, base, limit, paid]) => ({
      payer,
      fundPayType,
      base: fenOf(BigInt(base)),
      limit: limit === null ? null : fenOf(BigInt(limit)),
      paid: fenOf(BigInt(paid)),
    })),
    consumed: Object.fromEntries(Object.entries(consumed).map(([key, amount]) => [key, fenOf(BigInt(amount))])),
    input: input === null ? null : decodeSplitInput(input as StoredSplitInput),
    findings: findings.map(decodeFinding),
  }
}

export const lineOf = ({ settlementId: _settlement, insuredId: _insured, ...line }: LineRow): SettledLine => line

/** Settlements by id, in no particular order; those the reader may not see are left out. */
export async function findSettlements(db: Db, ids: readonly string[]): Promise<Settlement[]> {
  const rows = await db
    .select()
    .from(settlement)
    .where(inArray(settlement.id, [...ids]))
  return rows.map(settlementOf)
}

/** What a page of settlements is narrowed to. */
export interface SettlementFilter {
  readonly institution?: string
  readonly pool?: string
  /** The bureau that clears with the hospital, of persons of other pools only. */
  readonly clearsForOthers?: string
  readonly insuredId?: string
  /** Only settlements that stand and that nobody has confirmed. */
  readonly unconfirmed?: boolean
  /** Smallest id, included. */
  readonly from?: string
  /** Largest id, not included: the place of the cursor or the end of the period. */
  readonly before?: string
}

/** Neither a reversal nor reversed, and without the word of the institution, where one is to say it. */
const unconfirmed = sql`${settlement.reverses} is null and ${settlement.claimId} is null
  and not exists (select from ${reversal} where ${reversal.settlementId} = ${settlement.id})
  and not exists (select from ${confirmation} where ${confirmation.settlementId} = ${settlement.id}
    and ${confirmation.confirmedAt} is not null)`

/** A page of settlements, the latest first. Goes by the id, which is the time, so it reads only the months it needs. */
export async function listSettlements(db: Db, filter: SettlementFilter, limit: number): Promise<Settlement[]> {
  const conditions: (SQL | undefined)[] = [
    filter.institution === undefined ? undefined : eq(settlement.institution, filter.institution),
    filter.pool === undefined ? undefined : eq(settlement.pool, filter.pool),
    filter.clearsForOthers === undefined
      ? undefined
      : and(eq(settlement.clearingAgency, filter.clearsForOthers), ne(settlement.pool, settlement.clearingAgency)),
    filter.insuredId === undefined ? undefined : eq(settlement.insuredId, filter.insuredId),
    filter.from === undefined ? undefined : gte(settlement.id, filter.from),
    filter.before === undefined ? undefined : lt(settlement.id, filter.before),
    filter.unconfirmed === true ? unconfirmed : undefined,
  ]
  const rows = await db
    .select()
    .from(settlement)
    .where(and(...conditions))
    .orderBy(desc(settlement.id))
    .limit(limit)
  return rows.map(settlementOf)
}

/** The lines of several settlements, by settlement id, in the order of the bill; of all together `limit` at most. */
export async function listLines(db: Db, ids: readonly string[], limit?: number): Promise<Map<string, SettledLine[]>> {
  const query = db
    .select()
    .from(settlementLine)
    .where(inArray(settlementLine.settlementId, [...ids]))
    .orderBy(asc(settlementLine.settlementId), asc(settlementLine.number))
  const rows = await (limit === undefined ? query : query.limit(limit))
  const groups = Map.groupBy(rows, (row) => row.settlementId)
  return new Map([...groups].map(([id, group]) => [id, group.map(lineOf)]))
}

/** What took a settlement back, and what a refund left of it. */
export interface ReversedBy {
  readonly reversal: string
  readonly replacement: string | null
}

/** The reversal of each settlement that has one, by settlement id. */
export async function listReversals(db: Db, ids: readonly string[]): Promise<Map<string, ReversedBy>> {
  const rows = await db
    .select()
    .from(reversal)
    .where(inArray(reversal.settlementId, [...ids]))
  return new Map(rows.map((row) => [row.settlementId, { reversal: row.reversalId, replacement: row.replacementId }]))
}

/** What a settlement dispensed of prescriptions. */
export async function listDispensed(db: Db, { id }: Pick<SettlementKey, 'id'>): Promise<Dispensed[]> {
  const rows = await db.select().from(dispensing).where(eq(dispensing.settlementId, id))
  return rows.map(({ line, prescriptionId, item, quantity }) => ({ line, prescriptionId, item, quantity }))
}

/** The ledger entries of one group, those in the names of sponsors included. */
export async function listEntries(db: Db, groupId: string): Promise<LedgerEntry[]> {
  const rows = await db.select().from(ledgerEntry).where(eq(ledgerEntry.groupId, groupId))
  return rows.map(({ insuredId, account, amount }) => ({ insuredId, account, amount }))
}
