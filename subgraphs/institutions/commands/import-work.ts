import { keepDocument } from '@yibao/documents/keep-document'
import { readText } from '@yibao/documents/read-text'
import type { DocumentStorage } from '@yibao/documents/storage'
import type { Services } from '../context.ts'
import type { ImportJob } from '../domain/import-job.ts'
import { endImport, listOpenImports, noteImportFailure, noteReport } from '../store/import-job.ts'
import { forgetStaged } from '../store/import.ts'
import { advanceImport } from './import-advance.ts'
import { reportOf } from './import-report.ts'

/** A run ends after so long and the next begins at once, so that a process that is told to stop need not wait. */
const RUN_MS = 8_000
/** Jobs that are gone on with in turn. */
const JOBS = 4
/** Work that failed so often in a row is not tried again. */
const FAILURES_MAX = 5

const GONE = { code: 'DOCUMENT_GONE', text: { zh: '文件已不存在', en: 'the document is gone' }, problems: [] }
const BROKEN = {
  code: 'PLATFORM_FAULT',
  text: { zh: '平台故障，可重新发起', en: 'a fault of the platform; it may be asked for anew' },
  problems: [],
}

type Working = Services & { readonly documents: DocumentStorage }

/** Goes on with imports of documents that are under way, for some seconds. Any process may do so, also several at once. */
export async function workOffImports(services: Working, milliseconds = RUN_MS): Promise<void> {
  const open = await listOpenImports(services.db.orm, JOBS)
  for (const job of open) await advance(services, job, performance.now() + milliseconds / open.length)
}

async function advance(services: Working, job: ImportJob, until: number): Promise<void> {
  const { db, clock, logger, documents, documents: storage } = services
  try {
    if ((await readText(db.orm, storage, job.documentId ?? '')) === null) {
      await endImport(db.orm, job.id, { state: 'FAILED', fault: GONE, at: clock() })
      return
    }
    async function* source(): AsyncGenerator<Uint8Array> {
      const again = await readText(db.orm, storage, job.documentId ?? '')
      if (again !== null) yield* again
    }
    const keepReport = (one: ImportJob) => keep({ ...services, documents }, one)
    const now = await advanceImport({ db, clock, source, until, keepReport }, job.id)
    if (now?.state === 'DONE') await forgetStaged(db.hot, job.id)
  } catch (error) {
    logger?.error({ err: error, import: job.id }, 'an import could not go on')
    if (job.failures + 1 < FAILURES_MAX) await noteImportFailure(db.orm, job.id)
    else await endImport(db.orm, job.id, { state: 'FAILED', fault: BROKEN, at: clock() })
  }
}

/** Makes a document of the report. It is read twice, because a document says how long it is before it is written. */
async function keep({ db, clock, documents }: Working, job: ImportJob): Promise<void> {
  let size = 0
  for await (const piece of reportOf(db.hot, job.id)) size += piece.length
  const kept = await keepDocument(documents, 'institutions', {
    purpose: 'IMPORT_REPORT',
    name: `${job.name}.errors.csv`,
    type: 'text/csv',
    content: reportOf(db.hot, job.id),
    size,
    pool: job.pool,
    institution: job.institution,
    by: `import:${job.id}`,
    at: clock(),
  })
  await db.orm.transaction(async (tx) => {
    await kept.add(tx)
    await noteReport(tx, job.id, kept.documentId)
  })
}
