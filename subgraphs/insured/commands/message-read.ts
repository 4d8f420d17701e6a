import { once } from '@yibao/drizzle/once'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { findMessages, setRead } from '../store/message.ts'

const MANY = 100

/** Marks messages as read; all of them must be the caller's. Answers their ids. */
export async function markRead(
  { db, identity, now, read }: Context,
  { requestId, ids }: { requestId: string; ids: readonly string[] },
): Promise<string[]> {
  if (identity === null) throw noMessage()
  if (ids.length === 0 || ids.length > MANY) {
    const message = { zh: `须为 1 至 ${MANY} 个`, en: `must be 1 to ${MANY}` }
    throw InvalidInput.of([{ path: 'ids', code: 'TOO_MANY', message }])
  }
  const at = now()
  const asked = { identity, requestId, operation: 'markRead', input: { ids }, now: at }
  return once(db, asked, async (tx) => {
    const wanted = new Set(ids.map((id) => id.toLowerCase()))
    const isFaulty = [...wanted].some((id) => uuidFault(id) !== null)
    const found = isFaulty ? [] : await read((reader) => findMessages(reader, [...wanted]))
    const own = found.filter((one) => one.to.kind === identity.kind)
    if (own.length !== wanted.size) throw noMessage()
    await setRead(tx, [...wanted], at)
    return [...wanted]
  })
}

const noMessage = (): NotFound => NotFound.of({ zh: '该消息', en: 'the message' }, 'ids')
