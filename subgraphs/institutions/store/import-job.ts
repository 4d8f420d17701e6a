import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { importJob } from '@yibao/drizzle/institutions-import'
import { and, asc, desc, eq, getTableColumns, inArray, isNull, lt, sql } from 'drizzle-orm'
import type { BadRow, Encoding, ImportFault, ImportJob, ImportKind, ImportState } from '../domain/import-job.ts'

const OPEN: ImportState[] = ['RECEIVED', 'READING', 'MERGING']
const { digest: _digest, caller: _caller, bureau: _bureau, ...COLUMNS } = getTableColumns(importJob)

type Row = Omit<typeof importJob.$inferSelect, 'digest' | 'caller' | 'bureau'>

const jobOf = ({ firstBad, fault, ...row }: Row): ImportJob => ({
  ...row,
  firstBad: firstBad as readonly BadRow[],
  fault: fault as ImportFault | null,
})

/** A job as it is asked for. */
export interface NewImport {
  readonly id: string
  readonly kind: ImportKind
  readonly pool: string | null
  readonly boundPool: string | null
  readonly institution: string | null
  /** The bureau whose staff asked; null for an institution and for the command line. */
  readonly bureau: string | null
  readonly caller: string
  readonly documentId: string | null
  readonly name: string
  readonly size: number
  readonly digest: Buffer
  readonly at: Temporal.Instant
}

export async function addImport(tx: Tx, { at, ...one }: NewImport): Promise<void> {
  await tx.insert(importJob).values({
    ...one,
    state: 'RECEIVED',
    position: 0,
    bytes: 0,
    rows: 0,
    bad: 0,
    faults: {},
    firstBad: [],
    ignoredColumns: 0,
    mayBeTruncated: false,
    added: 0,
    changed: 0,
    unchanged: 0,
    failures: 0,
    createdAt: at,
  })
}

/** A job by id; null when there is none the reader may see. */
export async function findImport(db: ReadTx | Tx, id: string): Promise<ImportJob | null> {
  const [row] = await db.select(COLUMNS).from(importJob).where(eq(importJob.id, id))
  return row === undefined ? null : jobOf(row)
}

interface ImportFilter {
  /** Jobs made before this one. */
  readonly before?: string
  readonly state?: ImportState
  readonly kind?: ImportKind
}

/** Jobs the reader may see, the latest first. */
export async function listImports(tx: ReadTx, filter: ImportFilter, limit: number): Promise<ImportJob[]> {
  const { before, state, kind } = filter
  const rows = await tx
    .select(COLUMNS)
    .from(importJob)
    .where(
      and(
        before === undefined ? undefined : lt(importJob.id, before),
        state === undefined ? undefined : eq(importJob.state, state),
        kind === undefined ? undefined : eq(importJob.kind, kind),
      ),
    )
    .orderBy(desc(importJob.id))
    .limit(limit)
  return rows.map(jobOf)
}

/** Jobs that are under way on documents, the oldest first. */
export async function listOpenImports(tx: Tx, limit: number): Promise<ImportJob[]> {
  const rows = await tx
    .select(COLUMNS)
    .from(importJob)
    .where(and(inArray(importJob.state, OPEN), sql`${importJob.documentId} is not null`))
    .orderBy(asc(importJob.createdAt))
    .limit(limit)
  return rows.map(jobOf)
}

/** How many jobs of a caller are under way. */
export async function countOpenImports(tx: Tx, caller: string): Promise<number> {
  return tx.$count(importJob, and(eq(importJob.caller, caller), inArray(importJob.state, OPEN)))
}

/** A job of the command line on the same file that was not finished. */
export async function findUnfinished(
  tx: Tx,
  { digest, kind, pool, caller }: Pick<NewImport, 'digest' | 'kind' | 'pool' | 'caller'>,
): Promise<ImportJob | null> {
  const [row] = await tx
    .select(COLUMNS)
    .from(importJob)
    .where(
      and(
        inArray(importJob.state, OPEN),
        isNull(importJob.documentId),
        eq(importJob.caller, caller),
        eq(importJob.kind, kind),
        eq(importJob.digest, digest),
        pool === null ? isNull(importJob.pool) : eq(importJob.pool, pool),
      ),
    )
    .limit(1)
  return row === undefined ? null : jobOf(row)
}

/** Lets reading begin, once it is known what the file is written in and how many bytes of it there are, unpacked. */
export async function beginReading(
  tx: Tx,
  id: string,
  text: { readonly encoding: Encoding; readonly size: number },
  at: Temporal.Instant,
): Promise<void> {
  await tx
    .update(importJob)
    .set({ state: 'READING', ...text, workedAt: at })
    .where(and(eq(importJob.id, id), eq(importJob.state, 'RECEIVED')))
}

/** Ends a job of which nothing is taken; false when it is over or being merged. */
export async function endImport(
  tx: Tx,
  id: string,
  end: { readonly state: 'CANCELLED' | 'FAILED'; readonly fault?: ImportFault; readonly at: Temporal.Instant },
): Promise<boolean> {
  const open: ImportState[] = end.state === 'FAILED' ? OPEN : ['RECEIVED', 'READING']
  const rows = await tx
    .update(importJob)
    .set({ state: end.state, fault: end.fault ?? null, finishedAt: end.at })
    .where(and(eq(importJob.id, id), inArray(importJob.state, open)))
    .returning({ id: importJob.id })
  return rows.length > 0
}

/** Notes that work on a job failed, and how often in a row. */
export async function noteImportFailure(tx: Tx, id: string): Promise<void> {
  await tx
    .update(importJob)
    .set({ failures: sql`${importJob.failures} + 1` })
    .where(eq(importJob.id, id))
}

export async function noteReport(tx: Tx, id: string, reportId: string): Promise<void> {
  await tx.update(importJob).set({ reportId }).where(eq(importJob.id, id))
}
