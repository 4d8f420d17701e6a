import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import type { Context } from '../context.ts'
import { readOrder } from '../domain/order-mutual-aid.ts'
import { findBindings, setPlaces } from '../store/mutual-aid.ts'

/** Says in which order the sponsors of the person who signed in pay. */
export async function orderMutualAid(
  { db, now, as }: Context,
  { requestId, bindings }: { requestId: string; bindings: readonly string[] },
): Promise<string> {
  const identity = as('person')
  const { insuredId } = identity
  const at = now()
  const asked = { identity, requestId, operation: 'orderMutualAid', input: { bindings }, now: at, insuredId }
  const ordered = await once(db, asked, async (tx) => {
    const sponsored = (await findBindings(tx, [insuredId])).filter((one) => one.insuredId === insuredId)
    const ids = readOrder(bindings, sponsored)
    await setPlaces(tx, insuredId, ids)
    await publish(tx, 'insured', { insuredId, topic: 'mutual-aid.ordered', payload: { bindingIds: ids }, at })
    return { insuredId }
  })
  return ordered.insuredId
}
