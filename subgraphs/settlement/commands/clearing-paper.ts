import { findDocument, useDocument } from '@yibao/documents/document'
import type { Tx } from '@yibao/drizzle/connect'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, type Text } from '@yibao/schema/rejection'

/** What papers of clearing are uploaded for. */
const PURPOSE = 'CLEARING_PAPER'

export interface Paper {
  /** The field that names it: `input.document`. */
  readonly path: string
  /** What names it: `appeal:<id>`. */
  readonly by: string
  readonly at: Temporal.Instant
  /** The bureau that decides, or rests a decision on it: its staff must be able to read it. */
  readonly pool: string
  /** The institution it is about; a paper of another one is nobody's here. */
  readonly institution: string
  /** Whether it must be the institution's own, or may be one of the bureau about many. */
  readonly isOwn: boolean
}

/**
 * Binds a paper to what it is given for: from then on nobody withdraws it. Answers its id, null when none is named. Throws
 * InvalidInput at the field when it is not stored for clearing, not the caller's, or not meant for the bureau that decides.
 */
export async function usePaper(tx: Tx, document: string | null, paper: Paper): Promise<string | null> {
  if (document === null) return null
  const { path, by, at, pool, institution, isOwn } = paper
  const documentId = document.toLowerCase()
  const row = uuidFault(documentId) === null ? await findDocument(tx, documentId) : null
  const isTheirs = isOwn ? row?.institution === institution : row?.pool === pool
  if (row === null || !isTheirs) throw fault(path, 'NOT_FOUND', NONE)
  if (row.pool !== pool) throw fault(path, 'OTHER_POOL', otherPool(pool))
  if (row.institution !== null && row.institution !== institution) throw fault(path, 'OTHER_INSTITUTION', OTHER)
  if (!(await useDocument(tx, { documentId, purpose: PURPOSE, by, at }))) throw fault(path, 'NOT_FOUND', NONE)
  return documentId
}

const fault = (path: string, code: string, message: Text): InvalidInput => InvalidInput.of([{ path, code, message }])

const NONE = { zh: '未找到该材料，或不是为清算上传', en: 'is no stored document uploaded for clearing' }
const OTHER = { zh: '该材料属于其他机构', en: 'is a document of another institution' }
const otherPool = (pool: string): Text => ({
  zh: `该材料未提交给经办的统筹区 ${pool}，其工作人员无法查阅`,
  en: `was not uploaded for pool ${pool}, whose staff decide and could not read it`,
})
