import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { dayOf } from '@yibao/schema/dates'
import type { Context } from '../context.ts'
import { checkStranger, readChoice } from '../domain/contribution-bill.ts'
import {
  billToPay,
  checkPayer,
  checkTarget,
  correctionsOf,
  creditsOf,
  post,
  readAmount,
  readReceived,
  type PayInput,
  type Paying,
} from '../domain/contribution-pay.ts'
import { owed, type Bill, type Receipt } from '../domain/contribution.ts'
import { notBilled, orderCancelled, referenceUsed } from '../domain/contribution-refusals.ts'
import { findBillsById, setPaid } from '../store/contribution-bills.ts'
import {
  addReceipts,
  findByReference,
  findOpenOrder,
  findReceipt,
  publishCorrections,
  publishCredits,
  setReceived,
} from '../store/contribution-receipts.ts'
import { findRecords } from '../store/merge-persons.ts'
import { checkPool, ensureBills, isStranger } from './contribution-bill.ts'
import { tellOwedBack, tellReceived } from './contribution-notice.ts'
import { findPayer, keyed } from './contribution-person.ts'
import { reviewRetired } from './contribution-retired.ts'

/** The channel of those who only say that they will pay; a channel then takes the money for their order. */
export const ORDERED = 'SELF'

/** Under what a caller's payments are kept: a bank or tax authority by its code, a counter by its pool. */
export function channelOf(identity: Identity): string {
  if (identity.kind === 'channel') return identity.channel
  return identity.kind === 'staff' ? `COUNTER-${identity.pool}` : ORDERED
}

/**
 * Posts a payment of one bill, or, asked by a person, orders it: money is only ever said to be there by who takes it.
 * Answers the id of the receipt. The same payment of a channel told twice is one receipt.
 */
export async function payContribution(
  context: Context,
  { requestId, input }: { requestId: string; input: PayInput },
): Promise<string> {
  const { db, now, identity } = context
  assert(identity !== null, 'the schema lets nobody else in')
  const at = now()
  const asked = { identity, requestId, operation: 'payContribution', input: keyed(context, input), now: at }
  const { receiptId } = await once(db, asked, async (tx) => {
    const paying = read(identity, input, at)
    const [known] = await findByReference(tx, paying.channel, [paying.reference])
    const ordered = input.order == null ? null : await findOrder(tx, input.order)
    const target = ordered === null ? await findTarget(context, tx, input) : await billOf(tx, ordered)
    const bill = await standingOf(tx, target)
    checkPool(context, [bill])
    if (known !== undefined) {
      if (!isForPeriodOf(bill, known) || known.amount !== paying.amount) throw referenceUsed()
      return { receiptId: known.id }
    }
    if (identity.kind === 'person') return { receiptId: await order(tx, bill, paying) }
    if (ordered?.state === 'CANCELLED' && paying.receivedAt === null && paying.amount !== owed(bill))
      throw orderCancelled()
    const fills = ordered !== null && isFilledBy(ordered, bill, paying) ? ordered.id : null
    const receipt = post(bill, paying, fills ?? newId())
    if (fills === null) await addReceipts(tx, [receipt])
    else await setReceived(tx, receipt)
    if (receipt.state === 'POSTED') await settleBills(tx, [bill], receipt)
    else await tellOwedBack(tx, receipt, at)
    return { receiptId: receipt.id }
  })
  return receiptId
}

function read(identity: Identity, input: PayInput, now: Temporal.Instant): Paying {
  const problems: Problem[] = []
  const mayLeaveOut = identity.kind === 'person' || input.order != null
  checkPayer(input, mayLeaveOut, problems)
  checkTarget(input, problems)
  const amount = readAmount(input.amount, 'amount', problems)
  const orders = identity.kind === 'person'
  const given = { reference: orders ? randomUUIDv7() : input.reference, receivedAt: orders ? null : input.receivedAt }
  const received = readReceived(given, { now, problems })
  InvalidInput.throwIf(problems)
  const caller = callerOf(identity)
  return { ...received, channel: channelOf(identity), amount, caller, orderedBy: orders ? caller : null, now }
}

async function findTarget(context: Context, tx: Tx, input: PayInput): Promise<Bill> {
  const person = await findPayer(context, tx, input)
  if (input.bill != null) {
    const [bill] = await findBillsById(tx, [input.bill])
    const records = await findRecords(tx, person.id)
    if (bill === undefined || !records.includes(bill.insuredId))
      throw NotFound.of({ zh: '该账单', en: 'the bill' }, 'bill')
    return bill
  }
  const { period } = input
  const insuranceType = input.insuranceType ?? ''
  assert(period != null, 'an order, a bill or a period was asked for')
  const asking = [{ period, path: 'period' }]
  const charged = { ...input, insuranceType }
  const byStranger = isStranger(context.identity, person.id)
  if (byStranger) checkStranger(charged, [period], dayOf(context.now()))
  const choice = readChoice(charged, [])
  const bill = billToPay(
    await ensureBills(tx, { insuredId: person.id, insuranceType, asking, choice, byStranger, at: context.now() }),
  )
  if (bill === undefined) throw notBilled('period')
  return bill
}

/** An order that was paid before or is of another bill or sum stays as it is; what comes then is a payment of its own. */
const isFilledBy = ({ state, billId, amount }: Receipt, bill: Bill, paying: Paying): boolean =>
  (state === 'PENDING' || state === 'CANCELLED') && billId === bill.id && amount === paying.amount

async function findOrder(tx: Tx, id: string): Promise<Receipt> {
  const found = await findReceipt(tx, id)
  if (found === null || found.billId === null) throw NotFound.of({ zh: '该缴费单', en: 'the order' }, 'order')
  return found
}

/** What stands instead of a bill the bureau has replaced, while something is owed for it; the bill itself otherwise. */
async function standingOf(tx: Tx, bill: Bill): Promise<Bill> {
  let standing = bill
  while (standing.replacedBy != null) {
    const [next] = await findBillsById(tx, [standing.replacedBy])
    assert(next !== undefined, 'what replaces a bill is there')
    standing = next
  }
  return owed(standing) > 0n ? standing : bill
}

/** Whether a payment is for the same as a bill: what was corrected since has other ids. */
const isForPeriodOf = (bill: Bill, { insuredId, pool, insuranceType, period }: Receipt): boolean =>
  bill.insuredId === insuredId && bill.pool === pool && bill.insuranceType === insuranceType && bill.period === period

async function billOf(tx: Tx, { billId }: Receipt): Promise<Bill> {
  const [bill] = await findBillsById(tx, [billId ?? ''])
  assert(bill !== undefined, 'an order is for a bill')
  return bill
}

/**
 * Keeps that a person means to pay: the same checks, and no money yet. Somebody who has an open order of the bill gets that one,
 * however often they ask.
 */
async function order(tx: Tx, bill: Bill, paying: Paying): Promise<string> {
  const receipt = post(bill, paying, newId())
  const open = await findOpenOrder(tx, receipt)
  if (open !== null) return open.id
  await addReceipts(tx, [{ ...receipt, reference: receipt.id, state: 'PENDING', receivedAt: null, postedAt: null }])
  return receipt.id
}

/** Writes that bills are paid by a receipt, and tells settlement what to credit and what to take back. */
export async function settleBills(
  tx: Tx,
  bills: readonly Bill[],
  receipt: Pick<Receipt, 'id' | 'postedAt'>,
): Promise<void> {
  const at = receipt.postedAt
  assert(at !== null, 'a receipt that pays is posted')
  await setPaid(
    tx,
    bills.map((bill) => ({ bill, receiptId: receipt.id, at })),
  )
  const settled = [...bills, ...(await reviewRetired(tx, bills, at))]
  const credits = creditsOf(settled).map((one) => ({ ...one, id: newId() }))
  await publishCredits(tx, credits, at)
  const corrections = correctionsOf(settled).map((one) => ({ ...one, id: newId() }))
  await publishCorrections(tx, corrections, at)
  await tellReceived(
    tx,
    bills.map((bill) => ({ bill, receiptId: receipt.id })),
    at,
  )
}
