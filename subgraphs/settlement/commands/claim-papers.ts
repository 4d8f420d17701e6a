import { findDocument, useDocument } from '@yibao/documents/document'
import type { Tx } from '@yibao/drizzle/connect'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, type Problem, type Text } from '@yibao/schema/rejection'
import type { Claim, ClaimPaperGiven } from '../domain/claim.ts'
import { addPaper, findSamePaper } from '../store/claim-keys.ts'
import { findRecords } from '../store/own-records.ts'

/** What papers of a claim are uploaded for. */
const PURPOSE = 'CLAIM'

interface Using {
  readonly at: Temporal.Instant
  /** The list the papers stand in, for the paths of faults: `papers`. */
  readonly path: string
}

/**
 * Binds documents to a claim as its papers: from then on nobody withdraws them, and no other live claim brings the same picture.
 * @throws InvalidInput at each that is not stored for this, not of the person, out of the sight of the pool, or there already
 */
export async function useClaimPapers(
  tx: Tx,
  claim: Pick<Claim, 'insuredId' | 'id' | 'pool'>,
  papers: readonly ClaimPaperGiven[],
  { at, path }: Using,
): Promise<void> {
  const records = await findRecords(tx, claim.insuredId)
  const problems: Problem[] = []
  for (const [i, { document, kind }] of papers.entries()) {
    if (document === null) continue
    const fault = (code: string, message: Text) => problems.push({ path: `${path}[${i}].document`, code, message })
    const row = uuidFault(document) === null ? await findDocument(tx, document) : null
    if (row === null || row.insuredId === null || !records.includes(row.insuredId)) fault('NOT_FOUND', NONE)
    else if (row.pool !== claim.pool) fault('OTHER_POOL', otherPool(claim.pool))
    else if (row.sha256 === null) fault('NOT_FOUND', NONE)
    else {
      const same = await findSamePaper(tx, row.sha256)
      const isHere = same?.claimId === claim.id
      if (same !== null && !isHere) fault('DOCUMENT_TWICE', ELSEWHERE)
      else if (same !== null && same.documentId !== row.documentId) fault('DOCUMENT_TWICE', TWICE)
      else if (same !== null && papers.slice(0, i).some((other) => other.document === document))
        fault('DOCUMENT_TWICE', TWICE)
      else if (!(await useDocument(tx, { documentId: row.documentId, purpose: PURPOSE, by: `claim:${claim.id}`, at })))
        fault('NOT_FOUND', NONE)
      else if (same === null) await addPaper(tx, claim, { documentId: row.documentId, kind, sha256: row.sha256, at })
    }
  }
  InvalidInput.throwIf(problems)
}

const NONE = { zh: '未找到该材料，或不是为报销上传', en: 'is no stored document uploaded for a claim of this person' }
const TWICE = { zh: '同一图片或文件在本申请中出现两次', en: 'is the same picture as another paper of this claim' }
const ELSEWHERE = { zh: '同一图片或文件已用于另一申请', en: 'is the same picture as a paper of another claim' }
const otherPool = (pool: string): Text => ({
  zh: `该材料未提交给统筹区 ${pool}，其工作人员无法查阅`,
  en: `was not uploaded for pool ${pool}, whose staff decide and could not read it`,
})
