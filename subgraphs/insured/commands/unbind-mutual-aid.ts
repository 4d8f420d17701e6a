import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { unbindMutualAid as decide } from '../domain/unbind-mutual-aid.ts'
import { findBinding, setBindingEnd } from '../store/mutual-aid.ts'

/** Ends a binding the person who signed in is in, from this moment on; answers its id. */
export async function unbindMutualAid(
  { db, now, as }: Context,
  { requestId, bindingId: asked }: { requestId: string; bindingId: string },
): Promise<string> {
  const identity = as('person')
  const { insuredId } = identity
  const at = now()
  const request = { identity, requestId, operation: 'unbindMutualAid', input: { bindingId: asked }, now: at, insuredId }
  const { bindingId } = await once(db, request, async (tx) => {
    const id = asked.toLowerCase()
    const binding = uuidFault(id) === null ? await findBinding(tx, id, insuredId) : null
    if (binding === null) throw NotFound.of({ zh: '该绑定', en: 'the binding' }, 'bindingId')

    const ended = decide(binding, insuredId, at)
    await setBindingEnd(tx, ended, binding.place ?? 0)
    const payload = { bindingId: id, sponsorId: ended.sponsorId }
    await publish(tx, 'insured', { insuredId: ended.insuredId, topic: 'mutual-aid.ended', payload, at })
    return { bindingId: id }
  })
  return bindingId
}
