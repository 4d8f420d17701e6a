import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import {
  reconciliationDifference as difference,
  reconciliationNote as note,
} from '@yibao/drizzle/settlement-reconciliation'
import type { Problem } from '@yibao/schema/rejection'
import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { DifferenceCause, ReconciledAmounts } from '../domain/reconciliation.ts'

type Row = typeof difference.$inferSelect

/** One place where the two sides differ. `here` is the platform, `there` the institution. */
export interface Difference {
  readonly runId: string
  readonly place: number
  readonly cause: DifferenceCause
  readonly line: number | null
  /** `setl_id` as the institution wrote it. */
  readonly number: string | null
  readonly settlementId: string | null
  readonly insuredId: string | null
  readonly personNumber: string | null
  readonly visit: string | null
  readonly requestId: string | null
  readonly refund: boolean | null
  readonly unconfirmed: boolean
  readonly reversed: boolean
  /** Under which scope the settlement stands: bureau, insurance type, kind of care. */
  readonly elsewhere: readonly [agency: string, insuranceType: string, careKind: string] | null
  readonly here: ReconciledAmounts | null
  readonly there: ReconciledAmounts | null
  readonly problems: readonly Problem[]
}

function differenceOf(row: Row): Difference {
  return {
    ...row,
    elsewhere: row.elsewhere as Difference['elsewhere'],
    here: amountsOf(row.hereTotal, row.hereFund, row.hereAccount, row.hereCash),
    there: amountsOf(row.thereTotal, row.thereFund, row.thereAccount, row.thereCash),
    problems: (row.problems as readonly Problem[] | null) ?? [],
  }
}

type Amount = Row['hereTotal']
const amountsOf = (total: Amount, fundTotal: Amount, account: Amount, cash: Amount): ReconciledAmounts | null =>
  total === null || fundTotal === null || account === null ? null : { total, fundTotal, account, cash }

interface DifferenceFilter {
  readonly runId: string
  readonly cause?: DifferenceCause
  /** The place of the cursor. */
  readonly after?: number
}

/** A page of what a run found, in the order it was found. */
export async function listDifferences(db: ReadTx | Tx, filter: DifferenceFilter, limit: number): Promise<Difference[]> {
  const rows = await db
    .select()
    .from(difference)
    .where(
      and(
        eq(difference.runId, filter.runId),
        filter.cause === undefined ? undefined : eq(difference.cause, filter.cause),
        filter.after === undefined ? undefined : gt(difference.place, filter.after),
      ),
    )
    .orderBy(asc(difference.place))
    .limit(limit)
  return rows.map(differenceOf)
}

/** One difference of a run; null when there is none the reader may see. */
export async function findDifference(
  db: ReadTx | Tx,
  { runId, place }: { readonly runId: string; readonly place: number },
): Promise<Difference | null> {
  const [row] = await db
    .select()
    .from(difference)
    .where(and(eq(difference.runId, runId), eq(difference.place, place)))
  return row === undefined ? null : differenceOf(row)
}

/** How many differences of each cause a run found, by run. */
export async function countCauses(
  db: ReadTx,
  runIds: readonly string[],
): Promise<{ readonly runId: string; readonly cause: DifferenceCause; readonly count: number }[]> {
  return db
    .select({ runId: difference.runId, cause: difference.cause, count: sql<number>`count(*)::integer` })
    .from(difference)
    .where(inArray(difference.runId, [...runIds]))
    .groupBy(difference.runId, difference.cause)
    .orderBy(asc(difference.cause))
}

/** What somebody said to a difference. */
export interface DifferenceNote {
  readonly note: string
  readonly notedAt: Temporal.Instant
}

/** Where a difference stands. */
export interface DifferenceKey {
  readonly runId: string
  readonly place: number
}

export const keyOfDifference = ({ runId, place }: DifferenceKey): string => `${runId} ${place}`

const isOneOf = (keys: readonly DifferenceKey[]) =>
  sql`(${sql.join(
    keys.map(({ runId, place }) => sql`(${runId}::uuid, ${place}::integer)`),
    sql`, `,
  )})`

/** The latest word to each of several differences, by key. */
export async function listNotes(db: ReadTx, keys: readonly DifferenceKey[]): Promise<Map<string, DifferenceNote>> {
  const rows = await db
    .select({ runId: note.runId, place: note.place, note: note.note, notedAt: note.notedAt })
    .from(note)
    .where(sql`(${note.runId}, ${note.place}) in ${isOneOf(keys)}`)
    .orderBy(asc(note.notedAt), asc(note.id))
  return new Map(rows.map(({ notedAt, ...row }) => [keyOfDifference(row), { note: row.note, notedAt }]))
}

interface NewNote extends DifferenceKey {
  readonly id: string
  readonly note: string
  readonly notedBy: string
  readonly notedAt: Temporal.Instant
}

export async function addNote(tx: Tx, one: NewNote): Promise<void> {
  await tx.insert(note).values(one)
}

interface Resolved extends Record<string, unknown> {
  readonly runId: string
  readonly place: number
  readonly by: string
}

/** The first finished run of the same scope after a difference was found that did not find it again, by key. */
export async function listResolvingRuns(db: ReadTx, keys: readonly DifferenceKey[]): Promise<Map<string, string>> {
  const { rows } = await db.execute<Resolved>(sql`
    select d.run_id as "runId", d.place, later.id as by
    from settlement.reconciliation_difference d
    join settlement.reconciliation r on r.id = d.run_id and r.finished_at is not null
    cross join lateral (
      select l.id from settlement.reconciliation l
      where l.institution = r.institution and l.agency = r.agency and l.insurance_type = r.insurance_type
        and l.clearing_type = r.clearing_type and l.from_on = r.from_on and l.to_on = r.to_on
        and l.state in ('BALANCED', 'DIFFERENT') and (l.finished_at, l.id) > (r.finished_at, r.id)
        and (l.kind <> 'TOTALS' or (l.state = 'BALANCED' and l.refunds is null))
        and (l.shortfall is null or l.shortfall ->> 'cause' = 'NO_LAST_LINE_BREAK')
        and not exists (select from settlement.reconciliation_difference again
          where again.run_id = l.id and again.subject = d.subject)
      order by l.finished_at, l.id limit 1) later
    where (d.run_id, d.place) in ${isOneOf(keys)}`)
  return new Map(rows.map((row) => [keyOfDifference(row), row.by]))
}
