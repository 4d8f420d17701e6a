import type { Database } from '@yibao/drizzle/connect'
import { InvalidInput } from '@yibao/schema/rejection'
import { checkSignature, encodingOf, linesOf, UnreadableFile } from '@yibao/schema/text-lines'
import { countBatch, type ImportFault, type ImportJob } from '../domain/import-job.ts'
import { addReport, forgetStaged, isMine, mergeStaged, moveOn } from '../store/import.ts'
import { beginReading, endImport, findImport } from '../store/import-job.ts'
import { openIntake, stageBatch, type Batch, type Intake } from './import-intake.ts'
import { packReport } from './import-report.ts'

/** A file that can be read from its beginning as often as needed. */
export type ImportSource = () => AsyncIterable<Uint8Array>

export interface ImportMeans {
  readonly db: Database
  readonly clock: () => Temporal.Instant
  readonly source: ImportSource
  /** When to stop between two batches, by `performance.now()`; the rest is left to the next call. */
  readonly until?: number
  readonly progress?: (job: ImportJob) => void
  /** Keeps the report of bad rows before the job is done. */
  readonly keepReport?: (job: ImportJob) => Promise<void>
}

/**
 * Goes on with a job from where it stands: examines the file, stages its rows in batches, each in a short transaction, and
 * puts them in force. Whoever dies on the way has lost one batch, which is read again. Answers the job as it is then.
 *
 * A file that as a whole is not of the kind ends the job as FAILED; whatever else goes wrong is thrown, and the job can be
 * gone on with.
 */
export async function advanceImport(means: ImportMeans, id: string): Promise<ImportJob | null> {
  const { db, clock, keepReport } = means
  const job = await findImport(db.orm, id)
  try {
    if (job?.state === 'RECEIVED') await beginReading(db.orm, id, await examine(means.source()), clock())
    const begun = await findImport(db.orm, id)
    if (begun?.state === 'READING') await readOn(means, begun)
  } catch (error) {
    const fault = faultOf(error)
    if (fault === null) throw error
    await endImport(db.orm, id, { state: 'FAILED', fault, at: clock() })
  }
  const read = await findImport(db.orm, id)
  if (read?.state === 'MERGING') {
    if (read.bad > 0 && read.reportId === null) await keepReport?.(read)
    await mergeStaged(db.hot, read, clock())
  }
  const now = await findImport(db.orm, id)
  if (now?.state === 'FAILED' || now?.state === 'CANCELLED') await forgetStaged(db.hot, id)
  return now
}

async function examine(chunks: AsyncIterable<Uint8Array>) {
  let size = 0
  async function* looked(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (size === 0) checkSignature(chunk)
      size += chunk.length
      yield chunk
    }
  }
  const encoding = await encodingOf(looked())
  if (size === 0) throw new UnreadableFile({ zh: '文件为空', en: 'the file is empty' })
  return { encoding, size }
}

async function readOn(means: ImportMeans, begun: ImportJob): Promise<void> {
  const { source, until = Infinity, progress } = means
  const intake = await openIntake(begun, linesOf(source(), begun.encoding ?? 'utf-8'))
  let job: ImportJob | null = { ...begun, ignoredColumns: intake.ignoredColumns }
  for await (const batch of intake.batches) {
    job = await takeBatch(means, job, intake, batch)
    if (job === null) return
    progress?.(job)
    if (performance.now() > until) return
  }
}

/** Null when the job is another's now. */
function takeBatch(
  { db, clock }: ImportMeans,
  job: ImportJob,
  intake: Intake,
  batch: Batch,
): Promise<ImportJob | null> {
  return db.hot.begin(async (tx) => {
    if (!(await isMine(tx, job.id, job.position))) return null
    const bad = await stageBatch(tx, job.id, intake, batch)
    const [first] = bad
    if (first !== undefined) await addReport(tx, job.id, first.line, packReport(bad))
    const { position, bytes, ended, mayBeTruncated } = batch
    const counted = countBatch(job, { position, bytes, rows: batch.records.length, bad })
    const next = { ...job, ...counted, mayBeTruncated }
    await moveOn(tx, job.id, { ...next, ended, at: clock() })
    return next
  })
}

/** What is wrong with the file as a whole; null when something else is. */
function faultOf(error: unknown): ImportFault | null {
  if (error instanceof UnreadableFile) return { code: error.code, text: error.text, problems: [] }
  if (error instanceof InvalidInput) return { code: error.code, text: error.text, problems: error.problems }
  return null
}
