import { findDocument, useDocument } from '@yibao/documents/document'
import type { Tx } from '@yibao/drizzle/connect'
import type { Identity } from '@yibao/schema/identity'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Answer, Application } from '../domain/application.ts'

/** What documents are uploaded for that an application names. */
const PURPOSE = 'DESIGNATION'

const NONE = {
  code: 'NOT_FOUND',
  message: { zh: '未找到该材料，或不是为定点申请上传', en: 'is no document uploaded for an application' },
}

/**
 * Binds the documents an application names to it: from then on nobody withdraws them. @throws InvalidInput naming those
 * that are not there for the caller to use
 */
export async function useEvidence(
  tx: Tx,
  identity: Identity,
  { id, answers }: { readonly id: Application['id']; readonly answers: readonly Answer[] },
  at: Temporal.Instant,
): Promise<void> {
  const problems: Problem[] = []
  for (const [i, { document }] of answers.entries()) {
    if (document === null) continue
    const row = await findDocument(tx, document)
    const isOwn =
      identity.kind === 'institution'
        ? row?.institution === identity.institution
        : identity.kind === 'staff' && row?.pool === identity.pool
    const used =
      isOwn && (await useDocument(tx, { documentId: document, purpose: PURPOSE, by: `application:${id}`, at }))
    if (!used) problems.push({ path: `input.answers[${i}].document`, ...NONE })
  }
  InvalidInput.throwIf(problems)
}
