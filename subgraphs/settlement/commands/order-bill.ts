import assert from 'node:assert/strict'
import { canonicalDigest } from '@yibao/drizzle/digest'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { Busy } from '@yibao/schema/rejection'
import { createContext, type Context, type Services } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import type { Facts } from '../domain/facts.ts'
import { inTermsOfOrder, settleRequestOf, type Order, type OrderBill, type OrderQuote } from '../domain/order.ts'
import { promised } from '../domain/quote.ts'
import { lastingCredential, type CredentialKey } from '../store/order-person.ts'
import type { Request } from '../store/requests.ts'
import { makeQuote } from './quote.ts'
import { decide, keyOf, readOwnBill, readSnapshot, type Decided } from './settle.ts'

/** What an order's bill is decided by. */
export interface Ordered extends Pick<Order, 'id' | 'institution' | 'insuredId'> {
  readonly bill: OrderBill
}

const identityOf = ({ institution }: Pick<Ordered, 'institution'>): Identity => ({
  kind: 'institution',
  institution,
  subject: institution,
  scopes: [],
})

/** The request of the institution an order is settled under: what it came to stands there. */
export const requestOf = (order: Pick<Ordered, 'id' | 'institution'>): Request => ({
  caller: callerOf(identityOf(order)),
  requestId: settleRequestOf(order),
  operation: 'settle',
  digest: canonicalDigest('settle', { order: order.id }),
})

/** A context in which the institution's bill is decided, whoever asks. */
export const contextOf = (services: Services, order: Pick<Ordered, 'id' | 'institution'>): Context =>
  createContext(services, identityOf(order), settleRequestOf(order))

/** The bill of an order; its credential is the e-voucher the person authorises it with. */
export interface OpenedOrder {
  readonly order: Ordered
  readonly bill: Bill
  /** By which the facts are found. Which one it is says nothing: the person signs in to authorise. */
  readonly credential: CredentialKey
}

/** Reads the bill of an order: in the place of a credential stands the order itself. Throws InvalidInput. */
export const readOrderBill = (context: Context, { id, institution, bill }: Omit<Ordered, 'insuredId'>): Bill =>
  readOwnBill({ ...bill, credential: { kind: '01', value: id } }, institution, context.now())

/** Reads the bill of an order again. Throws InvalidInput. */
export async function openOrder(context: Context, order: Ordered): Promise<OpenedOrder> {
  const credential = await lastingCredential(context.db.hot, order.insuredId)
  assert(credential !== null, 'whoever is registered has an identity number')
  return { order, bill: readOrderBill(context, order), credential }
}

/** The facts of an order's bill; `requestId` is null when it is only looked at. */
export async function readOrderFacts(
  context: Context,
  { order, bill, credential }: OpenedOrder,
  requestId: string | null,
): Promise<Facts> {
  const { institution } = order
  const { kind: credentialKind, hash: credentialHash } = credential
  const key = keyOf(context, bill, { request: requestOf(order), institution, credentialHash }, requestId)
  const facts = await readSnapshot(context, bill, { ...key, credentialKind })
  // It may be within a transaction, so that nothing is moved here; soon the worker has.
  if (facts.request === null && facts.isMoneyUnderWay) throw Busy.of()
  const insuredId = facts.credential?.insuredId ?? order.insuredId
  return { ...facts, credential: { insuredId, revoked: false, expiresAt: null, visitToken: null } }
}

/** Decides about the bill of an order. Throws what a bill is refused for, in terms of the order. */
export async function decideOrder(context: Context, { order, bill }: OpenedOrder, facts: Facts): Promise<Decided> {
  try {
    return await decide(context, bill, facts, requestOf(order))
  } catch (refusal) {
    throw inTermsOfOrder(refusal)
  }
}

/** What an order's bill comes to now, and a quote that keeps it. Throws what settling it would throw. */
export async function quoteOrder(
  services: Services,
  order: Ordered,
): Promise<{ readonly quote: OrderQuote; readonly decided: Decided }> {
  const context = contextOf(services, order)
  const opened = await openOrder(context, order)
  const decided = await decideOrder(context, opened, await readOrderFacts(context, opened, null))
  const { id: quoteId, expiresAt: quoteExpiresAt } = await makeQuote(context, decided)
  const { total, fundTotal, hospital, account, mutualAid, cash } = decided.settling.settlement
  const print = canonicalDigest('quote', promised(decided.settling))
  return { decided, quote: { quoteId, quoteExpiresAt, print, total, fundTotal, hospital, account, mutualAid, cash } }
}
