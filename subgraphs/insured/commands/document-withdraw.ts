import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { checkWithdrawal, usedAlready } from '../domain/document.ts'
import { setWithdrawn } from '../store/document.ts'
import { findRecords } from '../store/merge-persons.ts'

/** Withdraws a document that no business names yet; its content is removed soon after. */
export async function withdrawDocument(
  { db, identity, now, load }: Context,
  { requestId, id }: { requestId: string; id: string },
): Promise<string> {
  if (identity === null) throw noDocument()
  const at = now()
  const asked = { identity, requestId, operation: 'withdrawDocument', input: { id }, now: at }
  return once(db, asked, async (tx) => {
    const found = await load.document.clear(id).load(id)
    if (found === null) throw noDocument()
    checkWithdrawal(found, await callersOf(tx, identity))
    if (!(await setWithdrawn(tx, found.id, at))) throw usedAlready()
    return found.id
  })
}

/** Whoever uploaded under a record that was merged is the person it was merged into. */
async function callersOf(tx: Tx, identity: Identity): Promise<string[]> {
  if (identity.kind !== 'person') return [callerOf(identity)]
  const records = await findRecords(tx, identity.insuredId)
  return records.map((insuredId) => callerOf({ ...identity, insuredId }))
}

export const noDocument = (): NotFound => NotFound.of({ zh: '该文件', en: 'the document' }, 'id')
