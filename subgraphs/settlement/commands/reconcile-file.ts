import { findDocument, useDocument } from '@yibao/documents/document'
import { readText } from '@yibao/documents/read-text'
import type { DocumentStorage } from '@yibao/documents/storage'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import { UnreadableFile } from '@yibao/schema/text-lines'
import type { Context, Services } from '../context.ts'
import type { Reconciliation } from '../store/reconciliation.ts'
import type { RunToDo } from '../store/reconciliation-compare.ts'
import { startRun, type StartInput } from './reconcile-lines.ts'
import { readLinesFile } from './reconciliation-file.ts'

/** What documents of lines are uploaded for. */
export const PURPOSE = 'RECONCILIATION'

export interface ReconcileFileInput extends StartInput {
  readonly document: string
}

/** Reconciles the lines of a document the calling institution has uploaded (3202). A worker reads it. */
export async function reconcileFile(
  context: Context,
  requestId: string,
  input: ReconcileFileInput,
): Promise<Reconciliation> {
  const { institution } = context.institution()
  const documentId = input.document.toLowerCase()
  if (uuidFault(documentId) !== null) throw noDocument()
  const asked = { requestId, operation: 'reconcileFile', input }
  return startRun(context, asked, {
    id: documentId,
    async use(tx, run) {
      const row = await findDocument(tx, documentId)
      if (row === null || row.institution !== institution) throw noDocument()
      const use = { documentId, purpose: PURPOSE, by: `reconciliation:${run}`, at: context.now() }
      if (!(await useDocument(tx, use))) throw noDocument()
    },
  })
}

const noDocument = () =>
  NotFound.of({ zh: '用途为对账的该文件', en: 'a stored document for reconciliation' }, 'input.document')

/** How the worker reads the document of a run. */
export const documentReader =
  (services: Pick<Services, 'db' | 'clock'>, storage: DocumentStorage) =>
  (run: RunToDo): Promise<void> =>
    readLinesFile(services, run, async () => {
      const found = run.documentId === null ? null : await readText(services.db.orm, storage, run.documentId)
      if (found === null) throw new UnreadableFile({ zh: '文件已不存在', en: 'the document is gone' })
      return found
    })
