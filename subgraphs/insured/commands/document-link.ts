import { makeLink } from '@yibao/documents/link'
import type { Context } from '../context.ts'
import type { DocumentLink } from '../domain/document.ts'
import { noDocument } from './document-withdraw.ts'

/** A link to a document the caller may see, good for some minutes. */
export async function linkDocument(context: Context, id: string): Promise<DocumentLink> {
  const { identity, load, secrets, now, noteRead } = context
  const found = await load.document.load(id)
  if (identity === null || found?.state !== 'STORED') throw noDocument()
  if (found.insuredId !== null) noteRead(found.insuredId, 'documentLink')
  return makeLink(secrets, { documentId: found.id, identity, now: now() })
}
