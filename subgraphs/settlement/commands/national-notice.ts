import { canonicalDigest, once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import type { Context } from '../context.ts'
import { otherNotice, readNotice } from '../domain/national-notice.ts'
import { addNotice, findNoticeByNumber } from '../store/national-notice.ts'
import { speakerIn } from './net-statement.ts'

/** Imports a clearing notice of the national centre, once by its number. It moves no money. Answers its id. */
export async function importNationalNotice(context: Context, requestId: string, file: string): Promise<string> {
  const identity = speakerIn(context)
  const province = identity.pool.slice(0, 2)
  const now = context.now()
  const input = { file: canonicalDigest('file', file) }
  const { id } = await once(
    context.db,
    { identity, requestId, operation: 'importNationalNotice', input, now },
    async (tx) => {
      const { number, month, sha256, lines } = readNotice(file, province)
      const before = await findNoticeByNumber(tx, number)
      if (before !== null && before.sha256 !== sha256) throw otherNotice()
      if (before !== null) return { id: before.id }
      const made = context.newId(now)
      const notice = { id: made, number, province, month, sha256, importedBy: callerOf(identity), at: now }
      await addNotice(tx, notice, lines)
      return { id: made }
    },
  )
  return id
}
