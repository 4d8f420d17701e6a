import assert from 'node:assert/strict'
import { once } from '@yibao/drizzle/once'
import { NotAllowed } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { readSandboxTime } from '../domain/sandbox-time.ts'

/** Moves the time of a sandbox on; answers what it is then. Throws NotAllowed where time is real. */
export async function moveSandboxTime(
  { db, identity, now, sandbox }: Context,
  { requestId, to }: { requestId: string; to: string },
): Promise<Temporal.Instant> {
  assert(identity !== null, 'the schema lets nobody else in')
  if (sandbox === undefined) {
    throw NotAllowed.of({
      code: 'NOT_A_SANDBOX',
      text: { zh: '这里是真实环境，时间不能调整', en: 'time is real here and cannot be moved; use the sandbox' },
    })
  }
  const at = now()
  await once(db, { identity, requestId, operation: 'moveSandboxTime', input: { to }, now: at }, async (tx) => {
    await sandbox.moveTo(tx, readSandboxTime(at, to))
    return null
  })
  await sandbox.refresh()
  return sandbox.now()
}
