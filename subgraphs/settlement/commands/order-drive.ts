import assert from 'node:assert/strict'
import { ZERO } from '@yibao/schema/money'
import { Rejection } from '@yibao/schema/rejection'
import type { Services } from '../context.ts'
import { secondsUntilRetry, stepOf, type Order, type OrderStep } from '../domain/order.ts'
import { dueOrders, findOrder, moveOrder, postponeOrder } from '../store/order.ts'
import { settleOrder } from './order-settle.ts'

/** Steps of one order at a time: more than the longest way has. */
const STEPS_MAX = 8
const ORDERS_MAX = 100
/** A provider that does not answer holds up no more than these. */
const AT_ONCE = 8
/** A run ends after so long; what is left is for the next. */
const RUN_MS = 5_000
/** How often the provider is asked whether the person has paid. */
const ASK_SECONDS = 2
const ATTEMPTS_MAX = 1000

/** Goes on with all orders about which something is to be done. Any process may do so, also several at once. */
export async function driveOrders(services: Services): Promise<void> {
  const end = performance.now() + RUN_MS
  const due = (await dueOrders(services.db.orm, services.clock(), ORDERS_MAX)).values()
  const worker = async () => {
    for (const id of due) {
      await driveOrder(services, id)
      if (performance.now() > end) return
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/**
 * Takes an order as far as it goes without waiting. Each step says beforehand what it is about to do or can be taken
 * again, so wherever this is cut short, the next who drives the order comes to the same end.
 */
export async function driveOrder(services: Services, id: string): Promise<void> {
  for (let taken = 0; taken < STEPS_MAX; taken += 1) {
    const order = await findOrder(services.db.orm, id)
    if (order === null) return
    const step = stepOf(order, services.clock())
    if (step === 'REST') return
    try {
      if (!(await STEPS[step](services, order))) return
    } catch (error) {
      services.logger?.warn({ err: error, order: id, step }, 'an online order has to wait')
      await later(services, order, secondsUntilRetry(order.attempts))
      return
    }
  }
}

/** False when the order has to wait; whoever else took the step meanwhile, there may be another one. */
type Step = (services: Services, order: Order) => Promise<boolean>

const STEPS: Readonly<Record<Exclude<OrderStep, 'REST'>, Step>> = {
  EXPIRE: (services, order) => close(services, order, { state: 'EXPIRED', reason: 'EXPIRED' }),
  BEGIN_PAYMENT: ({ db, clock }, order) => move(db, order, { state: 'PAYING', at: clock() }),
  TAKE_AS_PAID: ({ db, clock }, order) => move(db, order, { state: 'PAID', at: clock() }),
  ASK_PAYMENT: askPayment,
  SETTLE: settle,
  REFUND: refund,
}

type Moving = Parameters<typeof moveOrder>[2]

/** Takes a step; true also when another process took one. */
async function move({ orm }: Services['db'], order: Order, changes: Moving): Promise<boolean> {
  await moveOrder(orm, order, changes)
  return true
}

const close = ({ db, clock }: Services, order: Order, changes: Omit<Moving, 'at' | 'closedAt'>): Promise<boolean> =>
  move(db, order, { ...changes, at: clock(), closedAt: clock() })

async function later(
  { db, clock }: Services,
  order: Order,
  seconds: number,
  paymentUrl?: string | null,
): Promise<false> {
  const attempts = Math.min(order.attempts + 1, ATTEMPTS_MAX)
  await postponeOrder(db.orm, order, {
    attempts,
    nextAt: clock().add({ seconds }),
    ...(paymentUrl !== undefined && { paymentUrl }),
  })
  return false
}

/**
 * Makes the payment, or asks what became of it. The order says PAYING before the provider is asked the first time, and
 * the provider knows the payment by the order's id, so there is one payment whoever asks.
 */
async function askPayment(services: Services, order: Order): Promise<boolean> {
  const { db, clock } = services
  const port = portOf(services)
  const { id: key, cash: amount, institution, expiresAt } = order
  const payment = (await port.find({ key, amount })) ?? (await port.create({ key, amount, institution, expiresAt }))
  switch (payment.state) {
    case 'PAID':
      return move(db, order, { state: 'PAID', at: clock(), paidAt: clock() })
    case 'PENDING':
      return later(services, order, ASK_SECONDS, payment.url)
    case 'DECLINED':
      return close(services, order, { state: 'CANCELLED', reason: 'PAYMENT_DECLINED' })
    case 'EXPIRED':
      return close(services, order, { state: 'EXPIRED', reason: 'PAYMENT_EXPIRED' })
  }
}

async function settle(services: Services, order: Order): Promise<boolean> {
  const { db, clock } = services
  try {
    const settlementId = await settleOrder(services, order)
    return await move(db, order, { state: 'SETTLED', settlementId, settledAt: clock(), closedAt: clock(), at: clock() })
  } catch (refusal) {
    if (!(refusal instanceof Rejection) || refusal.retryable) throw refusal
    const why = { reason: refusal.code, refusal: refusal.store() }
    if (order.cash === ZERO) return close(services, order, { state: 'CANCELLED', ...why })
    return move(db, order, { state: 'REFUNDING', refund: order.cash, ...why, at: clock() })
  }
}

/** Pays cash back. An order does so once, so the provider knows the refund by the order's id. */
async function refund(services: Services, order: Order): Promise<boolean> {
  const { id, refund: amount } = order
  assert(amount !== null, 'what is paid back is known before')
  const done = await portOf(services).refund({ key: id, payment: id, amount })
  if (!done) return later(services, order, ASK_SECONDS)
  return close(services, order, { state: 'REFUNDED', refundedAt: services.clock() })
}

function portOf({ payment }: Services) {
  assert(payment !== null, 'orders with a cash part need a payment provider')
  return payment
}
