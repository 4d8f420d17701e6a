import { uuidFault } from '@yibao/schema/ids'
import type { Context } from '../context.ts'
import { orderNotFound, type Order } from '../domain/order.ts'
import { findOrder } from '../store/order.ts'

/** An order by id. Throws NotFound for whoever may not know. */
export async function readOrder(context: Context, id: string): Promise<Order> {
  const order = uuidFault(id) === null ? await context.read((tx) => findOrder(tx, id)) : null
  if (order === null) throw orderNotFound('id')
  context.noteRead(order.insuredId, 'order')
  return order
}
