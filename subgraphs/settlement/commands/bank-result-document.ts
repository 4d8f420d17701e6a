import { findDocument, useDocument } from '@yibao/documents/document'
import { readText } from '@yibao/documents/read-text'
import type { Tx } from '@yibao/drizzle/connect'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, type Text } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Maybe } from '../domain/fields.ts'
import type { ResultFile } from './bank-result-reading.ts'

/** What documents of the bank’s answers are uploaded for. */
const PURPOSE = 'BANK_RESULT'
const TEXT_BYTES_MAX = 5 * 1024 * 1024

export interface ResultInput {
  readonly file?: Maybe<string>
  readonly document?: Maybe<string>
}

interface Using {
  readonly pool: string
  readonly by: string
  readonly at: Temporal.Instant
}

/** What the bank answered: a text as it is, or a document of the pool. Throws InvalidInput. */
export async function resultFileOf(
  tx: Tx,
  { documents }: Pick<Context, 'documents'>,
  { file, document }: ResultInput,
  { pool, by, at }: Using,
): Promise<ResultFile> {
  if ((file == null) === (document == null)) throw fault('file', 'ONE_OF', ONE_OF)
  if (file != null) {
    if (Buffer.byteLength(file) > TEXT_BYTES_MAX) throw fault('file', 'TOO_LONG', TOO_LONG)
    return { path: 'file', open: () => Promise.resolve(pieceOf(Buffer.from(file))) }
  }
  const documentId = document?.toLowerCase() ?? ''
  const row = uuidFault(documentId) === null ? await findDocument(tx, documentId) : null
  const isTheirs = row?.pool === pool && documents !== undefined
  if (!isTheirs || !(await useDocument(tx, { documentId, purpose: PURPOSE, by, at })))
    throw fault('document', 'NOT_FOUND', NONE)
  return {
    path: 'document',
    async open() {
      const found = await readText(tx, documents, documentId)
      if (found === null) throw fault('document', 'NOT_FOUND', NONE)
      return found
    },
  }
}

async function* pieceOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

const fault = (path: string, code: string, message: Text): InvalidInput => InvalidInput.of([{ path, code, message }])

const ONE_OF = { zh: '请填写文件内容或文件 ID 之一', en: 'give either the text of the file or the id of a document' }
const TOO_LONG = {
  zh: '最大 5 MB，更大的请上传后填 document',
  en: 'must be at most 5 MB; upload a larger one as a document',
}
const NONE = {
  zh: '未找到该文件，或不是为银行回盘上传',
  en: 'is no stored document of the pool for a result of the bank',
}
