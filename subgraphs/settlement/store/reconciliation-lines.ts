import type { Statements } from '@yibao/drizzle/hot'
import type { Problem } from '@yibao/schema/rejection'
import type { ReconciliationLine } from '../domain/reconciliation-line.ts'

/** A good line and its number in the run. */
export interface NumberedLine {
  readonly number: number
  readonly line: ReconciliationLine
}

/** A line that cannot be read. */
export interface UnreadableLine {
  readonly number: number
  readonly problems: readonly Problem[]
}

interface Batch {
  readonly runId: string
  /** Lines the run had before. The batch is taken only while it still has that many. */
  readonly from: number
  /** Lines it has after. */
  readonly to: number
  readonly lines: readonly NumberedLine[]
  readonly unreadable: readonly UnreadableLine[]
  readonly at: Temporal.Instant
}

type Column = readonly [name: string, type: string, value: (one: NumberedLine) => string | number | boolean | null]

const COLUMNS: readonly Column[] = [
  ['line', 'integer', ({ number }) => number],
  ['number', 'text', ({ line }) => line.number],
  ['settlement_id', 'uuid', ({ line }) => line.settlementId],
  ['visit', 'text', ({ line }) => line.visit],
  ['person_number', 'text', ({ line }) => line.personNumber],
  ['refund', 'boolean', ({ line }) => line.refund],
  ['total', 'bigint', ({ line }) => String(line.total)],
  ['fund', 'bigint', ({ line }) => String(line.fundTotal)],
  ['account', 'bigint', ({ line }) => String(line.account)],
  ['cash', 'bigint', ({ line }) => (line.cash === null ? null : String(line.cash))],
  ['request_id', 'text', ({ line }) => line.requestId],
]
const NAMES = COLUMNS.map(([name]) => name).join(', ')
const ARRAYS = COLUMNS.map(([, type], i) => `$${i + 6}::text[]::${type}[]`).join(', ')

/**
 * Takes lines of a run in, with the note how far it has come, in one statement: a batch that is sent again, by whichever
 * process, changes nothing. The state becomes READING. False when the run is elsewhere already, or over.
 */
export async function stageLines(hot: Statements, batch: Batch): Promise<boolean> {
  const { runId, from, to, lines, unreadable, at } = batch
  const rows = await hot.unsafe<{ id: string }>(
    `with coming as materialized (
       select * from unnest(${ARRAYS}) as u (${NAMES})),
     run as (
       update settlement.reconciliation r set state = 'READING', lines = $3::text::integer,
         unreadable = r.unreadable + cardinality($4::text[]), differences = r.differences + cardinality($4::text[]),
         worked_at = $5::text::timestamptz, version = r.version + 1,
         there_count = r.there_count + (select count(*) from coming),
         there_total = r.there_total + (select coalesce(sum(total), 0) from coming)::bigint,
         there_fund = r.there_fund + (select coalesce(sum(fund), 0) from coming)::bigint,
         there_account = r.there_account + (select coalesce(sum(account), 0) from coming)::bigint,
         there_cash = case when (select count(cash) from coming) = 0 then r.there_cash
           else coalesce(r.there_cash, 0) + (select sum(cash) from coming)::bigint end
       where r.id = $1::uuid and r.state in ('OPEN', 'READING') and r.lines = $2::text::integer
       returning r.id, r.differences - cardinality($4::text[]) as before),
     staged as (
       insert into settlement.reconciliation_line (run_id, ${NAMES})
       select run.id, coming.* from run, coming),
     broken as (
       insert into settlement.reconciliation_difference (run_id, place, cause, subject, line, problems)
       select run.id, run.before + u.n, 'UNREADABLE', 'L:' || (u.one::jsonb ->> 'line'), (u.one::jsonb ->> 'line')::integer,
         u.one::jsonb -> 'problems'
       from run, unnest($4::text[]) with ordinality as u (one, n))
     select id::text as id from run`,
    [
      runId,
      String(from),
      String(to),
      unreadable.map(({ number, problems }) => JSON.stringify({ line: number, problems })),
      at.toString(),
      ...COLUMNS.map(([, , value]) =>
        lines.map((one) => {
          const found = value(one)
          return found === null ? null : String(found)
        }),
      ),
    ],
  )
  return rows.length === 1
}
