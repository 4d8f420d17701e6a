import { keepDocument } from '@yibao/documents/keep-document'
import type { DocumentStorage } from '@yibao/documents/storage'
import type { Tx } from '@yibao/drizzle/connect'
import type { Services } from '../context.ts'
import { noticeLine, REPORT_HEADER, reportLine, type Notice } from '../domain/reconciliation-report.ts'
import type { RunToDo } from '../store/reconciliation-compare.ts'
import { listDifferences } from '../store/reconciliation-differences.ts'
import { PURPOSE } from './reconcile-file.ts'

/** Differences read at once. */
const PAGE = 1000

type Working = Pick<Services, 'db' | 'clock'>

/** A report on disk, and what writes its row. */
export interface Report {
  readonly id: string
  add(tx: Tx): Promise<void>
}

/** Writes what a run found as a file, which the institution and its bureau can fetch. It is read twice, since its size is told first. */
export async function keepReport(
  { db, clock }: Working,
  storage: DocumentStorage,
  run: RunToDo,
  notice: Notice | null,
): Promise<Report> {
  let size = 0
  for await (const piece of contentOf(db, run.id, notice)) size += piece.length
  const made = {
    purpose: PURPOSE,
    name: `对账差异-${run.institution}-${run.id.slice(0, 8)}.csv`,
    type: 'text/csv',
    content: contentOf(db, run.id, notice),
    size,
    pool: run.agency,
    institution: run.institution,
    by: `reconciliation:${run.id}`,
    at: clock(),
  }
  const { documentId, add } = await keepDocument(storage, db.schema, made)
  return { id: documentId, add }
}

async function* contentOf(db: Services['db'], runId: string, notice: Notice | null): AsyncGenerator<Uint8Array> {
  yield Buffer.from(REPORT_HEADER)
  if (notice !== null) yield Buffer.from(noticeLine(notice))
  for (let after = 0; ;) {
    const page = await listDifferences(db.orm, { runId, after }, PAGE)
    const last = page.at(-1)
    if (last === undefined) return
    yield Buffer.from(page.map(reportLine).join(''))
    after = last.place
  }
}
