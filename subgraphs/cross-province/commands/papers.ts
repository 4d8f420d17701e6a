import { findDocument, useDocument } from '@yibao/documents/document'
import type { Tx } from '@yibao/drizzle/connect'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Filing } from '../domain/filing.ts'
import { NO_PAPER } from '../domain/read-filing.ts'

/** What papers of a filing are uploaded for. */
const PURPOSE = 'FILING'

/**
 * Binds the papers of a filing to it: from then on nobody withdraws them. @throws InvalidInput naming those that are not
 * there, or not of this person
 */
export async function usePapers(tx: Tx, { id, insuredId, documents }: Filing, at: Temporal.Instant): Promise<void> {
  const problems: Problem[] = []
  for (const [i, documentId] of documents.entries()) {
    const isOwn = (await findDocument(tx, documentId))?.insuredId === insuredId
    const used = isOwn && (await useDocument(tx, { documentId, purpose: PURPOSE, by: `filing:${id}`, at }))
    if (!used) problems.push({ path: `documents[${i}]`, ...NO_PAPER })
  }
  InvalidInput.throwIf(problems)
}
