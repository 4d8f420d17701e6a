import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { checkWithdrawal, usedAlready } from '../domain/document.ts'
import { setWithdrawn } from '../store/document.ts'

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
    checkWithdrawal(found, callerOf(identity))
    if (!(await setWithdrawn(tx, found.id, at))) throw usedAlready()
    return found.id
  })
}

export const noDocument = (): NotFound => NotFound.of({ zh: '该文件', en: 'the document' }, 'id')
