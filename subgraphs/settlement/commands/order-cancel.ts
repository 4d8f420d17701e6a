import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { uuidFault } from '@yibao/schema/ids'
import type { Context } from '../context.ts'
import { orderIs, orderNotFound, type Order } from '../domain/order.ts'
import { findOrder, moveOrder } from '../store/order.ts'
import { findRecords } from '../store/own-records.ts'
import { readOrder } from './order.ts'

/** Withdraws an order that waits for the person: by the institution that sent it, or by the person. */
export async function cancelOrder(context: Context, requestId: string, id: string): Promise<Order> {
  const { identity } = context
  assert(identity !== null, 'nobody cancels without signing in')
  const now = context.now()
  const asked = { identity, requestId, operation: 'cancelOrder', input: { order: id }, now }
  await once(context.db, asked, async (tx) => {
    const order = uuidFault(id) === null ? await findOrder(tx, id) : null
    if (order === null || !(await isOwn(tx, identity, order))) throw orderNotFound()
    if (order.state !== 'UNPAID') throw orderIs(order.state)
    const reason = identity.kind === 'person' ? 'BY_PERSON' : 'BY_INSTITUTION'
    await moveOrder(tx, order, { state: 'CANCELLED', reason, closedAt: now, at: now })
    return null
  })
  return readOrder(context, id)
}

/** A person's own are those of the records that were merged into theirs as well. */
async function isOwn(
  tx: Tx,
  identity: NonNullable<Context['identity']>,
  { insuredId, institution }: Order,
): Promise<boolean> {
  if (identity.kind === 'person') return (await findRecords(tx, identity.insuredId)).includes(insuredId)
  return identity.kind === 'institution' && identity.institution === institution
}
