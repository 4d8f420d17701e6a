import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@yibao/drizzle/connect'
import { newId } from '@yibao/drizzle/uuid'
import { divisionFault, problemAt } from '@yibao/schema/ids'
import { InvalidInput } from '@yibao/schema/rejection'
import { UnreadableFile } from '@yibao/schema/text-lines'
import type { ImportJob, ImportKind } from '../domain/import-job.ts'
import { addImport, findUnfinished } from '../store/import-job.ts'
import { forgetStaged } from '../store/import.ts'
import { advanceImport } from './import-advance.ts'
import { writeReport } from './import-report.ts'

export interface ImportOptions {
  readonly db: Database
  readonly clock: () => Temporal.Instant
  readonly file: string
  readonly kind: Exclude<ImportKind, 'MAPPING'>
  /** Pool of rows that name none; null makes catalogue rows valid in the whole country. */
  readonly pool: string | null
  /** Where the bad rows are written. */
  readonly reportFile: string
  readonly progress?: (job: ImportJob) => void
}

/** Who sits at the command line of the machine. */
const CALLER = 'operator'
const PAUSE_MS = 200

/**
 * Takes a CSV file of this machine into the catalogue: every good row at once, and a report of each bad row beside it.
 * Memory does not grow with the file. The same file again changes nothing and leaves the version as it is; a file whose
 * import was broken off is gone on with where it stopped.
 *
 * @throws UnreadableFile or InvalidInput when the file as a whole is not of the kind; nothing is changed then.
 */
export async function importFile(options: ImportOptions): Promise<ImportJob> {
  const { db, clock, file, kind, pool, reportFile, progress } = options
  const poolFault = pool === null ? null : divisionFault(pool)
  if (poolFault !== null) throw InvalidInput.of([problemAt('pool', poolFault)])
  const { size, digest } = await measure(file)
  const id = await db.orm.transaction(async (tx) => {
    const known = await findUnfinished(tx, { digest, kind, pool, caller: CALLER })
    if (known !== null) return known.id
    const fresh = { id: newId(), boundPool: null, institution: null, bureau: null, documentId: null }
    const of = { kind, pool, caller: CALLER, name: basename(file), size, digest, at: clock() }
    await addImport(tx, { ...fresh, ...of })
    return fresh.id
  })
  const source = () => createReadStream(file)
  const keepReport = () => writeReport(db.hot, id, reportFile)
  const means = { db, clock, source, keepReport, ...(progress && { progress }) }
  let job = await advanceImport(means, id)
  // Whoever was quicker with a batch of the same file goes on with it; should they die, this one does.
  while (job !== null && job.finishedAt === null) {
    await sleep(PAUSE_MS)
    job = await advanceImport(means, id)
  }
  if (job?.fault != null) throw refusalOf(job.fault)
  if (job?.state !== 'DONE') throw new Error('the import was cancelled')
  if (job.bad === 0) await writeReport(db.hot, id, reportFile)
  await forgetStaged(db.hot, id)
  return job
}

const refusalOf = ({ code, text, problems }: NonNullable<ImportJob['fault']>): Error =>
  code === 'UNREADABLE_FILE' ? new UnreadableFile(text) : InvalidInput.of(problems)

async function measure(file: string): Promise<{ size: number; digest: Buffer }> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new UnreadableFile({ zh: `无法打开文件（${error.code}）`, en: `the file cannot be opened (${error.code})` })
  })
  if (!found.isFile()) throw new UnreadableFile({ zh: '不是文件', en: 'this is not a file' })
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return { size: found.size, digest: hash.digest() }
}
