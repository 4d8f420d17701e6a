import assert from 'node:assert/strict'
import type { Statements } from '@yibao/drizzle/hot'
import { newId } from '@yibao/drizzle/uuid'
import type { ImportJob, ImportProgress } from '../domain/import-job.ts'
import { TARGETS, type CatalogueTarget, type ImportTarget } from './import-targets.ts'

/** A row on its way into a table: where to, under which key, and the line of the file it came from. */
export interface StagedRow {
  readonly target: ImportTarget
  readonly key: string
  readonly line: number
  readonly value: Readonly<Record<string, unknown>>
}

/** A row that was not staged: no catalogue entry has its code, or its key stood in an earlier line. */
export interface Unstaged {
  readonly target: ImportTarget
  readonly line: number
  readonly earlier: number | null
  /** It says the same as the earlier line. */
  readonly same: boolean
}

const GIVEN = `json_to_recordset($2::text::json) as given(target text, key text, line integer, value jsonb)`

/**
 * Locks the job for the next batch. False when another process went on with it meanwhile, or it was cancelled: whoever
 * finds that leaves it alone.
 */
export async function isMine(tx: Statements, id: string, position: number): Promise<boolean> {
  const rows = await tx.unsafe(
    `select from institutions.import_job where id = $1 and state = 'READING' and position = $2 for update`,
    [id, position],
  )
  return rows.length > 0
}

/** Stages rows and answers those that were not; `mustBeKnown` asks for a code that is in the catalogue. */
export async function stageRows(
  tx: Statements,
  id: string,
  rows: readonly StagedRow[],
  mustBeKnown: boolean,
): Promise<Unstaged[]> {
  if (rows.length === 0) return []
  const json = JSON.stringify(rows)
  const known = mustBeKnown
    ? `where exists (select from institutions.catalogue_item i where i.code = given.value ->> 'code')`
    : ''
  const added = await tx.unsafe(
    `insert into institutions.import_row (import_id, target, key, line, value)
     select $1, target, key, line, value from ${GIVEN} ${known} order by line on conflict do nothing returning line`,
    [id, json],
  )
  if (added.length === rows.length) return []
  return tx.unsafe<Unstaged>(
    `select given.target, given.line, s.line as earlier, coalesce(s.value = given.value, false) as same
     from ${GIVEN} left join institutions.import_row s
       on s.import_id = $1 and s.target = given.target and s.key = given.key
     where s.line is distinct from given.line order by given.line`,
    [id, json],
  )
}

/** Takes everything back that these lines had staged. */
export async function unstage(tx: Statements, id: string, lines: readonly number[]): Promise<void> {
  if (lines.length === 0) return
  await tx.unsafe('delete from institutions.import_row where import_id = $1 and line = any ($2::integer[])', [
    id,
    [...lines],
  ])
}

/** Keeps the lines of the report that tell of one batch. */
export async function addReport(tx: Statements, id: string, line: number, body: Buffer): Promise<void> {
  await tx.unsafe('insert into institutions.import_report (import_id, line, body) values ($1, $2, $3)', [
    id,
    line,
    body,
  ])
}

/** The pieces of the report in the order of the file, read one after the other. */
export async function* reportPieces(db: Statements, id: string): AsyncGenerator<Buffer> {
  let after = 0
  for (;;) {
    const [piece] = await db.unsafe<{ line: number; body: Buffer }>(
      `select line, body from institutions.import_report where import_id = $1 and line > $2 order by line limit 1`,
      [id, after],
    )
    if (piece === undefined) return
    yield piece.body
    after = piece.line
  }
}

/** Moves a job on over a batch; the last one leaves it to be merged. */
export async function moveOn(
  tx: Statements,
  id: string,
  to: ImportProgress & { readonly ended: boolean; readonly at: Temporal.Instant },
): Promise<void> {
  await tx.unsafe(
    `update institutions.import_job set position = $2, bytes = $3, rows = $4, bad = $5, faults = $6::text::jsonb,
       first_bad = $7::text::jsonb, ignored_columns = $8, may_be_truncated = $9, state = $10, worked_at = $11,
       failures = 0
     where id = $1`,
    [
      id,
      to.position,
      to.bytes,
      to.rows,
      to.bad,
      JSON.stringify(to.faults),
      JSON.stringify(to.firstBad),
      to.ignoredColumns,
      to.mayBeTruncated,
      to.ended ? 'MERGING' : 'READING',
      to.at,
    ],
  )
}

/** Forgets what was staged and reported of a job that is over. */
export async function forgetStaged(db: Statements, id: string): Promise<void> {
  await db.unsafe('delete from institutions.import_row where import_id = $1', [id])
  await db.unsafe('delete from institutions.import_report where import_id = $1', [id])
}

/** Forgets it of all jobs that are over, where a process died before it could. */
export async function sweepStaged(db: Statements): Promise<void> {
  for (const table of ['import_row', 'import_report']) {
    await db.unsafe(
      `delete from institutions.${table} s using institutions.import_job j
       where j.id = s.import_id and j.finished_at is not null`,
      [],
    )
  }
}

/** One target as a part of the statement that merges: new keys are added, others changed where anything differs. */
function part(target: CatalogueTarget): string {
  const { table, columns, key, rest } = TARGETS[target]
  const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
  const names = Object.keys(columns).join(', ')
  return `in_${target} as (
    insert into institutions.${table} as t (${names})
    select ${names} from taken, jsonb_to_record(value) as v (${typed.join(', ')})
    where target = '${target}' order by taken.key
    on conflict (${key.join(', ')}) do update set ${rest.map((name) => `${name} = excluded.${name}`).join(', ')}
    where (${rest.map((name) => `t.${name}`).join(', ')})
      is distinct from (${rest.map((name) => `excluded.${name}`).join(', ')})
    returning xmax = 0 as added)`
}

const CATALOGUE: readonly CatalogueTarget[] = ['item', 'self_pay', 'ceiling']

// One statement, and so one transaction on a connection of its own: whoever loads the catalogue, by its version, sees the
// whole file or nothing of it, and the one connection of the commands stays free meanwhile. What was staged is taken out
// by the same statement, so it is merged once. Two files of one code wait for each other at the lock.
// 100,000 new items take 3 to 4 s on two cores, and the same ones again 2 s.
const MERGE = `
  with one as materialized (
    select j.id from institutions.import_job j,
      (select pg_advisory_xact_lock(hashtextextended('institutions.import', 0))) as alone
    where j.id = $1 and j.state = 'MERGING' for update of j),
  taken as materialized (
    delete from institutions.import_row r using one where r.import_id = one.id returning r.target, r.key, r.value),
  ${CATALOGUE.map(part).join(',\n  ')},
  counts as materialized (
    select count(*) filter (where added)::int as added, count(*) filter (where not added)::int as changed
    from (${CATALOGUE.map((target) => `select added from in_${target}`).join(' union all ')}) as each),
  version as (
    update institutions.catalogue_version set version = version + 1, changed_at = $2
    where (select added + changed from counts) > 0 returning version)
  update institutions.import_job j set state = 'DONE', finished_at = $2, added = c.added, changed = c.changed,
    unchanged = (select count(*)::int from taken) - c.added - c.changed,
    version = coalesce((select version from version), (select version from institutions.catalogue_version))
  from counts c, one where j.id = one.id returning j.id`

const MERGE_MAPPING = `
  with one as materialized (
    select id, institution from institutions.import_job where id = $1 and state = 'MERGING' for update),
  taken as materialized (
    delete from institutions.import_row r using one where r.import_id = one.id returning r.value),
  put as materialized (
    select p.outcome from one, institutions.put_mappings(one.institution,
      (select coalesce(json_agg(value), '[]') from taken), $2) as p),
  counts as (
    select count(*) filter (where outcome = 'CHANGED')::int as changed,
      count(*) filter (where outcome = 'ADDED')::int as put from put),
  told as (
    insert into institutions.outbox (id, topic, payload, at)
    select $3, 'import.finished', jsonb_build_object('import', one.id, 'institution', one.institution), $2 from one)
  update institutions.import_job j set state = 'DONE', finished_at = $2, added = c.put - c.changed, changed = c.changed,
    unchanged = (select count(*)::int from taken) - c.put
  from counts c, one where j.id = one.id returning j.id`

/**
 * Puts everything a job has staged in force and counts the catalogue's version up when that changed anything; both come
 * to be, or neither. Does nothing when another process did it.
 */
export async function mergeStaged(
  db: Statements,
  { id, kind }: Pick<ImportJob, 'id' | 'kind'>,
  at: Temporal.Instant,
): Promise<void> {
  const rows = await (kind === 'MAPPING' ? db.unsafe(MERGE_MAPPING, [id, at, newId()]) : db.unsafe(MERGE, [id, at]))
  assert(rows.length <= 1, 'a job is merged once')
}
