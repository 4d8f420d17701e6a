import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Action, Agreement } from '../domain/agreement.ts'
import { changeAgreement, type ChangeInput } from '../domain/agreement-change.ts'
import { addEvent, findAgreement, saveAgreement } from '../store/agreements.ts'
import { DESIGNATION_RULES } from '../store/designation-rules.ts'
import { answer } from './agree.ts'
import { tellInstitution } from './notice.ts'

interface Changing {
  readonly requestId: string
  readonly verb: string
  readonly action: Exclude<Action, 'SIGNED'>
  readonly input: ChangeInput & { readonly agreement: string }
}

/**
 * Suspends, resumes or terminates an agreement of the staff member's pool. The status that settlements read and the
 * entry of the history are written together.
 */
export async function changeStatus(
  { db, now, staff, read }: Context,
  { requestId, verb, action, input }: Changing,
): Promise<Agreement> {
  const identity = staff()
  const at = now()
  const { limits } = DESIGNATION_RULES
  const id = await once(db, { identity, requestId, operation: verb, input, now: at }, async (tx) => {
    const known = uuidFault(input.agreement) === null
    const before = known ? await findAgreement(tx, input.agreement) : null
    if (before?.pool !== identity.pool) throw NotFound.of({ zh: '该协议', en: 'the agreement' }, 'input.agreement')
    const { agreement, ...said } = changeAgreement(before, action, input, { at, today: dayOf(at), limits })
    await saveAgreement(tx, agreement)
    const event = newId()
    await addEvent(tx, agreement, { id: event, action, ...said, actor: callerOf(identity), at })
    const data = { pool: agreement.pool, day: said.effectiveOn.toString() }
    const notice = { template: `agreement.${action.toLowerCase()}`, data, at, key: `agreement:${event}` }
    await tellInstitution(tx, agreement, notice)
    return agreement.id
  })
  return answer(await read((tx) => findAgreement(tx, id)))
}
