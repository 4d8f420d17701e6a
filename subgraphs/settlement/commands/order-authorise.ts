import assert from 'node:assert/strict'
import { once } from '@yibao/drizzle/once'
import type { Tx } from '@yibao/drizzle/connect'
import { uuidFault } from '@yibao/schema/ids'
import { ZERO } from '@yibao/schema/money'
import { lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import {
  orderIs,
  orderNotFound,
  paymentNotOffered,
  voucherExpired,
  voucherUnknown,
  voucherUsed,
  type Order,
  type OrderQuote,
} from '../domain/order.ts'
import { QuoteStale } from '../domain/quote.ts'
import { findOrder, findOrderBill, isVoucherUsed, moveOrder, requoteOrder } from '../store/order.ts'
import { findVoucher } from '../store/order-person.ts'
import { findRecords } from '../store/own-records.ts'
import { readOrder } from './order.ts'
import { quoteOrder } from './order-bill.ts'
import { driveOrder } from './order-drive.ts'

const E_VOUCHER = '01'

/**
 * Authorises an order in the name of the person who signed in, by a fresh e-voucher of theirs, and takes it as far as it
 * goes: to the payment, or to the settlement. What is authorised are the amounts that were shown; when the bill comes to
 * others by now nothing happens but that the order shows those. Throws QuoteStale then.
 */
export async function authoriseOrder(
  context: Context,
  requestId: string,
  { order: id, voucher: token }: { readonly order: string; readonly voucher: string },
): Promise<Order> {
  const identity = personOf(context)
  const now = context.now()
  const voucher = lookupHash(context.secrets, E_VOUCHER, token)
  const asked = {
    identity,
    requestId,
    operation: 'authoriseOrder',
    input: { order: id, voucher: voucher.toString('hex') },
    now,
    insuredId: identity.insuredId,
  }
  let stale: Stale | null = null
  const authorise = async (tx: Tx) => {
    stale = null
    const order = uuidFault(id) === null ? await findOrder(tx, id) : null
    const own = await findRecords(tx, identity.insuredId)
    if (order === null || !own.includes(order.insuredId)) throw orderNotFound()
    if (order.state !== 'UNPAID') throw orderIs(order.state)
    if (Temporal.Instant.compare(order.expiresAt, now) <= 0) throw orderIs('EXPIRED')
    await checkVoucher(context, tx, { voucher, insuredId: identity.insuredId })
    const { quote } = await quoteOrder(context, { ...order, bill: await findOrderBill(tx, order.id) })
    if (quote.cash > ZERO && context.payment === null) throw paymentNotOffered('order')
    if (quote.print !== order.print) {
      stale = { order, quote }
      throw QuoteStale.of('CHANGED', { quote: { id: quote.quoteId, expiresAt: quote.quoteExpiresAt }, amounts: quote })
    }
    await moveOrder(tx, order, { ...quote, state: 'AUTHORISED', voucher, authorisedAt: now, at: now })
    return null
  }
  await once(context.db, asked, authorise).catch((refusal: unknown) => showAgain(context, stale, refusal))
  await driveOrder(context, id)
  return readOrder(context, id)
}

/** An order whose amounts are not those that were shown, and what it comes to now. */
interface Stale {
  readonly order: Order
  readonly quote: OrderQuote
}

/**
 * Lets the order show what it comes to now. After the transaction, which the refusal undoes and which holds one of the few
 * connections: nobody asks for another one meanwhile.
 */
async function showAgain({ db }: Context, stale: Stale | null, refusal: unknown): Promise<never> {
  if (stale !== null) await requoteOrder(db.orm, stale.order, stale.quote)
  throw refusal
}

/** The voucher is one of the person, in its time, was decoded nowhere and has authorised nothing yet. */
async function checkVoucher(
  { clock }: Context,
  tx: Tx,
  { voucher, insuredId }: { readonly voucher: Buffer; readonly insuredId: string },
): Promise<void> {
  const found = await findVoucher(tx, voucher)
  if (found === null || found.insuredId !== insuredId) throw voucherUnknown()
  if (found.isUsed || (await isVoucherUsed(tx, voucher))) throw voucherUsed()
  if (Temporal.Instant.compare(found.expiresAt, clock()) <= 0) throw voucherExpired()
}

function personOf({ identity }: Context) {
  assert(identity?.kind === 'person', 'only a person reaches this')
  return identity
}
