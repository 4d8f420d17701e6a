import { randomUUIDv7 } from 'node:crypto'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { nextStatus, readGrounds, type Action, type Agreement } from '../domain/agreement.ts'
import { addEvent, findAgreement, setStatus } from '../store/agreements.ts'
import { answer } from './agree.ts'

interface Change {
  readonly requestId: string
  readonly verb: string
  readonly action: Exclude<Action, 'SIGNED'>
  readonly input: { agreement: string; reason: string; legalGround?: string | null | undefined }
}

/**
 * Suspends, resumes or terminates an agreement of the staff member's pool at once. The status that settlements read
 * and the entry of the history are written together.
 */
export async function changeStatus(
  { db, now, staff, read }: Context,
  { requestId, verb, action, input }: Change,
): Promise<Agreement> {
  const identity = staff()
  const at = now()
  const id = await once(db, { identity, requestId, operation: verb, input, now: at }, async (tx) => {
    const grounds = readGrounds(action, input)
    const known = uuidFault(input.agreement) === null
    const agreement = known ? await findAgreement(tx, input.agreement) : null
    if (agreement?.pool !== identity.pool) throw NotFound.of({ zh: '该协议', en: 'the agreement' }, 'input.agreement')
    const status = nextStatus(agreement.status, action)

    await setStatus(tx, { ...agreement, status, statusSince: at })
    await addEvent(tx, agreement, { id: randomUUIDv7(), action, grounds, actor: callerOf(identity), at })
    return agreement.id
  })
  return answer(await read((tx) => findAgreement(tx, id)))
}
