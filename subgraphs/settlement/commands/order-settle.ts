import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { Busy } from '@yibao/schema/rejection'
import type { Context, Services } from '../context.ts'
import type { RequestRecord } from '../domain/facts.ts'
import { cashChanged, type Order } from '../domain/order.ts'
import { findOrderBill } from '../store/order.ts'
import { findRequest } from '../store/requests.ts'
import { writeSettlement } from '../store/write-settlement.ts'
import { contextOf, decideOrder, openOrder, readOrderFacts, requestOf, type OpenedOrder } from './order-bill.ts'
import { refuse, replay } from './refuse.ts'
import type { Decided } from './settle.ts'

const ROUNDS_MAX = 40

/**
 * Settles a paid order and answers the id of the settlement. Whoever does it, and however often, it comes to one thing,
 * which the institution's request `order-<id>` has on record: the settlement, or the refusal that is thrown. The cash
 * was authorised and paid, so it must still be what the bill comes to; what the funds pay may have changed.
 */
export async function settleOrder(services: Services, order: Order): Promise<string> {
  const context = contextOf(services, order)
  const request = requestOf(order)
  const { insuredId } = order
  const ordered = { ...order, bill: await findOrderBill(services.db.orm, order.id) }
  const opened = await openOrder(context, ordered).catch((refusal: unknown) =>
    refuse(context, request, refusal, insuredId),
  )
  if (opened !== undefined)
    return context.queue.run({ institution: order.institution, person: opened.credential.hash }, () =>
      decideAndWrite(context, opened, order),
    )
  const record = await findRequest(context.db.hot, request)
  assert(record !== null, 'a request that could not be recorded has a record')
  return settlementOf(replay(request, record))
}

async function decideAndWrite(context: Context, opened: OpenedOrder, order: Order): Promise<string> {
  const request = requestOf(order)
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (round > 1) await wait(Math.random() * 2 * round)
    const facts = await readOrderFacts(context, opened, request.requestId)
    if (facts.request !== null) return settlementOf(replay(request, facts.request))
    const decided = await decideOrder(context, opened, facts)
      .then((one) => holdToCash(one, order))
      .catch((refusal: unknown) => refuse(context, request, refusal, order.insuredId))
    if (decided === undefined) continue
    const { settling } = decided
    const { digest, operation } = request
    const write = { ...settling, version: facts.version, digest, operation }
    if (await writeSettlement(context.db.hot, write)) return settling.settlement.id
  }
  throw Busy.of()
}

function holdToCash(decided: Decided, { cash }: Order): Decided {
  if (decided.settling.settlement.cash !== cash) throw cashChanged()
  return decided
}

function settlementOf({ result }: RequestRecord): string {
  assert(result?.settlement !== undefined, 'a committed settlement has its id')
  return result.settlement
}
