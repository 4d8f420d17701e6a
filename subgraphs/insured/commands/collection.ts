import assert from 'node:assert/strict'
import { findDocument, useDocument } from '@yibao/documents/document'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { ZERO } from '@yibao/schema/money'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { addCollection, findByDigest, moveCollection } from '../store/collections.ts'
import { channelOf } from './contribution-pay.ts'

/** What collection files are uploaded for. */
const PURPOSE = 'COLLECTION_FILE'

/**
 * Asks for an uploaded collection file to be posted; a worker does it. The same content again is the same collection,
 * whatever it is called, and is tried again if it failed. Answers its id.
 */
export async function importCollection(
  { db, now, identity }: Context,
  { requestId, document }: { readonly requestId: string; readonly document: string },
): Promise<string> {
  assert(identity?.kind === 'channel' || identity?.kind === 'staff', 'the schema lets nobody else in')
  const madeAt = now()
  const asked = { identity, requestId, operation: 'importCollection', input: { document }, now: madeAt }
  const { collectionId } = await once(db, asked, async (tx) => {
    const found = uuidFault(document) === null ? await findDocument(tx, document) : null
    const isTheirs = found !== null && found.uploadedBy === callerOf(identity) && found.purpose === PURPOSE
    if (!isTheirs || found.sha256 === null || found.state !== 'STORED') throw noDocument()
    const digest = found.sha256.toString('hex')
    const channel = channelOf(identity)
    const earlier = await findByDigest(tx, channel, digest)
    if (earlier !== null) {
      // Why it failed may be mended since: it goes on where it stopped.
      if (earlier.state === 'FAILED')
        await moveCollection(tx, { ...earlier, state: 'WAITING', fault: null, endedAt: null })
      return { collectionId: earlier.id }
    }
    const id = newId()
    if (!(await useDocument(tx, { documentId: document, purpose: PURPOSE, by: `collection:${id}`, at: madeAt }))) {
      throw noDocument()
    }
    const counts = { line: 0, posted: 0, overpaid: 0, known: 0, bad: 0, amount: ZERO, fault: null, endedAt: null }
    const pool = identity.kind === 'staff' ? identity.pool : null
    const { name } = found
    const of = { id, channel, pool, documentId: document, name, digest, caller: callerOf(identity), madeAt }
    await addCollection(tx, { ...of, ...counts, state: 'WAITING', encoding: null })
    return { collectionId: id }
  })
  return collectionId
}

const noDocument = (): NotFound =>
  NotFound.of(
    { zh: '本渠道上传完成、用途为 COLLECTION_FILE 的文件', en: 'a stored document you uploaded for COLLECTION_FILE' },
    'document',
  )
