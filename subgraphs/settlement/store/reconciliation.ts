import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { reconciliation } from '@yibao/drizzle/settlement-reconciliation'
import { fenOf, type Fen } from '@yibao/schema/money'
import type { Problem, Text } from '@yibao/schema/rejection'
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type {
  ReconciledDay,
  ReconciledSums,
  ReconciliationScope,
  ReconciliationState,
} from '../domain/reconciliation.ts'
import type { Shortfall, ShortfallCause } from '../domain/reconciliation-shortfall.ts'

type Row = typeof reconciliation.$inferSelect

/** Why a run could not be carried out. */
export interface ReconciliationFailure {
  readonly code: string
  readonly text: Text
  readonly problems: readonly Problem[]
}

/** A run of reconciliation, as it stands. */
export interface Reconciliation extends ReconciliationScope {
  readonly id: string
  readonly kind: 'TOTALS' | 'LINES' | 'FILE'
  readonly refunds: boolean | null
  readonly documentId: string | null
  /** The file of what differs, once there is one. */
  readonly reportId: string | null
  readonly expected: number | null
  readonly state: ReconciliationState
  readonly phase: Row['phase']
  readonly lines: number
  readonly unreadable: number
  readonly matched: number
  readonly differences: number
  readonly comparedLine: number
  readonly here: ReconciledSums
  readonly there: ReconciledSums
  readonly days: readonly ReconciledDay[] | null
  readonly failure: ReconciliationFailure | null
  /** The file ends without a line break. */
  readonly endsInLine: boolean
  readonly shortfall: Shortfall | null
  readonly createdAt: Temporal.Instant
  readonly finishedAt: Temporal.Instant | null
}

function runOf(row: Row): Reconciliation {
  return {
    ...row,
    from: row.fromOn,
    to: row.toOn,
    first: row.firstId,
    before: row.beforeId,
    here: {
      count: row.hereCount,
      total: row.hereTotal,
      fundTotal: row.hereFund,
      account: row.hereAccount,
      cash: row.hereCash,
    },
    there: {
      count: row.thereCount,
      total: row.thereTotal,
      fundTotal: row.thereFund,
      account: row.thereAccount,
      cash: row.thereCash,
    },
    days: row.days === null ? null : (row.days as StoredDay[]).map(decodeDay),
    failure: row.failure as ReconciliationFailure | null,
    shortfall: row.shortfall === null ? null : decodeShortfall(row.shortfall as StoredShortfall),
  }
}

/** Amounts inside JSON are texts: a JSON number loses digits above 2^53. */
export type StoredSums = readonly [count: number, total: string, fund: string, account: string, cash: string | null]
export type StoredDay = readonly [day: string, here: StoredSums, there: StoredSums | null]

const fen = (text: string): Fen => fenOf(BigInt(text))
const decodeSums = ([count, total, fund, account, cash]: StoredSums): ReconciledSums => ({
  count,
  total: fen(total),
  fundTotal: fen(fund),
  account: fen(account),
  cash: cash === null ? null : fen(cash),
})
export const encodeSums = (one: ReconciledSums): StoredSums => [
  one.count,
  String(one.total),
  String(one.fundTotal),
  String(one.account),
  one.cash === null ? null : String(one.cash),
]
const decodeDay = ([day, here, there]: StoredDay): ReconciledDay => ({
  day,
  here: decodeSums(here),
  there: there === null ? null : decodeSums(there),
})

interface StoredShortfall {
  readonly cause: ShortfallCause
  readonly declared: readonly [run: string, sums: StoredSums] | null
}

const decodeShortfall = ({ cause, declared }: StoredShortfall): Shortfall => ({
  cause,
  declared: declared === null ? null : { run: declared[0], sums: decodeSums(declared[1]) },
})
const encodeShortfall = ({ cause, declared }: Shortfall): StoredShortfall => ({
  cause,
  declared: declared === null ? null : [declared.run, encodeSums(declared.sums)],
})

/** A run by id; null when there is none the reader may see. */
export async function findReconciliation(db: ReadTx | Tx, id: string): Promise<Reconciliation | null> {
  const [row] = await db.select().from(reconciliation).where(eq(reconciliation.id, id))
  return row === undefined ? null : runOf(row)
}

interface RunFilter {
  readonly institution?: string
  readonly agency?: string
  readonly state?: ReconciliationState
  /** The place of the cursor. */
  readonly before?: string
}

/** A page of runs, the latest first. */
export async function listReconciliations(db: ReadTx, filter: RunFilter, limit: number): Promise<Reconciliation[]> {
  const conditions = [
    filter.institution === undefined ? undefined : eq(reconciliation.institution, filter.institution),
    filter.agency === undefined ? undefined : eq(reconciliation.agency, filter.agency),
    filter.state === undefined ? undefined : eq(reconciliation.state, filter.state),
    filter.before === undefined ? undefined : lt(reconciliation.id, filter.before),
  ]
  const rows = await db
    .select()
    .from(reconciliation)
    .where(and(...conditions))
    .orderBy(desc(reconciliation.id))
    .limit(limit)
  return rows.map(runOf)
}

const ACTIVE: ReconciliationState[] = ['OPEN', 'READING', 'COMPARING']

const ofScope = ({ institution, agency, insuranceType, clearingType, from, to }: ReconciliationScope) =>
  and(
    eq(reconciliation.institution, institution),
    eq(reconciliation.agency, agency),
    eq(reconciliation.insuranceType, insuranceType),
    eq(reconciliation.clearingType, clearingType),
    eq(reconciliation.fromOn, from),
    eq(reconciliation.toOn, to),
  )

/** The run of a scope that is under way. */
export async function findActiveRun(tx: Tx, scope: ReconciliationScope): Promise<string | null> {
  const [row] = await tx
    .select({ id: reconciliation.id })
    .from(reconciliation)
    .where(and(ofScope(scope), inArray(reconciliation.state, ACTIVE)))
  return row?.id ?? null
}

/** The finished run that came after one, if there is any: what that one says counts instead. */
export async function findSuperseding(db: ReadTx, run: Reconciliation): Promise<string | null> {
  if (run.finishedAt === null) return null
  const [row] = await db
    .select({ id: reconciliation.id })
    .from(reconciliation)
    .where(
      and(
        ofScope(run),
        inArray(reconciliation.state, ['BALANCED', 'DIFFERENT']),
        sql`(${reconciliation.finishedAt}, ${reconciliation.id}) > (${run.finishedAt.toString()}::timestamptz, ${run.id}::uuid)`,
        // Totals that differ tell less than the lines did, and those of one kind of settlements nothing about the others.
        sql`(${reconciliation.kind} <> 'TOTALS' or ${run.kind} = 'TOTALS' or ${reconciliation.state} = 'BALANCED')`,
        sql`${reconciliation.refunds} is not distinct from ${run.refunds}::boolean`,
        // Lines that do not reach the totals say nothing of those that are missing.
        sql`(${reconciliation.shortfall} is null or ${reconciliation.shortfall} ->> 'cause' = 'NO_LAST_LINE_BREAK')`,
      ),
    )
    .orderBy(desc(reconciliation.finishedAt), desc(reconciliation.id))
    .limit(1)
  return row?.id ?? null
}

/**
 * Closes a run to lines and lets it be compared; false when it is not in one of these states. `endsInLine`: the file of
 * them has no line break at its end.
 */
export async function beginComparison(tx: Tx, id: string, at: Temporal.Instant, endsInLine = false): Promise<boolean> {
  const rows = await tx
    .update(reconciliation)
    .set({ state: 'COMPARING', endsInLine, workedAt: at, version: sql`${reconciliation.version} + 1` })
    .where(and(eq(reconciliation.id, id), inArray(reconciliation.state, ['OPEN', 'READING'])))
    .returning({ id: reconciliation.id })
  return rows.length > 0
}

/** Ends a run that is under way without a result; null when it is over, or is no longer as `version` says. */
export async function failRun(
  tx: Tx,
  { id, version }: { readonly id: string; readonly version?: number },
  { failure, at }: { readonly failure: ReconciliationFailure; readonly at: Temporal.Instant },
): Promise<Reconciliation | null> {
  const [row] = await tx
    .update(reconciliation)
    .set({ state: 'FAILED', failure, finishedAt: at, workedAt: at, version: sql`${reconciliation.version} + 1` })
    .where(
      and(
        eq(reconciliation.id, id),
        inArray(reconciliation.state, ACTIVE),
        version === undefined ? undefined : eq(reconciliation.version, version),
      ),
    )
    .returning()
  return row === undefined ? null : runOf(row)
}

/** Ends a comparison that has seen everything; null when another process was first. */
export async function finishRun(
  tx: Tx,
  { id, version }: { readonly id: string; readonly version: number },
  {
    reportId,
    shortfall,
    at,
  }: { readonly reportId: string | null; readonly shortfall: Shortfall | null; readonly at: Temporal.Instant },
): Promise<Reconciliation | null> {
  const [row] = await tx
    .update(reconciliation)
    .set({
      state: sql`case when ${reconciliation.differences} = 0 then 'BALANCED' else 'DIFFERENT' end`,
      reportId,
      shortfall: shortfall === null ? null : encodeShortfall(shortfall),
      finishedAt: at,
      workedAt: at,
      version: sql`${reconciliation.version} + 1`,
    })
    .where(
      and(
        eq(reconciliation.id, id),
        eq(reconciliation.state, 'COMPARING'),
        eq(reconciliation.phase, 'DONE'),
        eq(reconciliation.version, version),
      ),
    )
    .returning()
  return row === undefined ? null : runOf(row)
}
