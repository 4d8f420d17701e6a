import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { notify, type Recipient } from '@yibao/drizzle/notify'
import { newId } from '@yibao/drizzle/uuid'
import { fenOf, formatYuan, type Fen } from '@yibao/schema/money'
import { sumsOf } from '../domain/contribution-pay.ts'
import type { Bill, Receipt } from '../domain/contribution.ts'
import type { CreditEntry, CreditKey } from '../domain/employer-credit.ts'
import { publishReceived, setCancelled } from '../store/contribution-receipts.ts'

interface Paid {
  readonly bill: Bill
  readonly receiptId: string
}

/** Tells persons of what was paid for them, whoever paid it: each once for a payment. */
export async function tellReceived(tx: Tx, paid: readonly Paid[], at: Temporal.Instant): Promise<void> {
  const notices = sumsOf(paid).map(({ insuredId, receiptId, amount }) => ({
    id: newId(),
    insuredId,
    amount: formatYuan(amount),
    key: `contribution.received:${receiptId}`,
  }))
  await publishReceived(tx, notices, at)
}

type Told = Pick<Receipt, 'id' | 'insuredId' | 'employer' | 'amount'>

/** Tells who paid twice that the money is owed back or was given back, or an employer that its credit was. */
export async function tellPayer(
  tx: Tx,
  receipt: Told,
  what:
    | 'overpaid'
    | 'unapplied'
    | 'refunded'
    | 'unapplied-refunded'
    | 'credit-refunded'
    | 'surplus'
    | 'surplus-refunded'
    | 'account-returned',
  at: Temporal.Instant,
) {
  const template = `contribution.${what}`
  const data = { amount: formatYuan(receipt.amount), receipt: receipt.id }
  await notify(tx, 'insured', { to: payerOf(receipt), template, data, key: `${template}:${receipt.id}`, at })
}

/** Tells of money that came in and is owed back, and why. */
export async function tellOwedBack(tx: Tx, receipt: Told & Pick<Receipt, 'state'>, at: Temporal.Instant) {
  if (receipt.state === 'OVERPAID') await tellPayer(tx, receipt, 'overpaid', at)
  if (receipt.state === 'UNAPPLIED') await tellPayer(tx, receipt, 'unapplied', at)
}

/** Cancels orders whose sum is not owed any longer, and tells who ordered them. */
export async function cancelOrders(
  tx: Tx,
  orders: readonly Pick<Receipt, 'id'>[],
  at: Temporal.Instant,
): Promise<void> {
  const template = 'contribution.order-cancelled'
  const cancelled = await setCancelled(
    tx,
    orders.map(({ id }) => id),
  )
  for (const one of cancelled) {
    const [kind, id = ''] = (one.orderedBy ?? '').split(':')
    const to: Recipient = kind === 'person' ? { kind, insuredId: id } : payerOf(one)
    const data = { amount: formatYuan(one.amount), receipt: one.id }
    await notify(tx, 'insured', { to, template, data, key: `${template}:${one.id}`, at })
  }
}

function payerOf({ insuredId, employer }: Told): Recipient {
  if (insuredId !== null) return { kind: 'person', insuredId }
  assert(employer !== null, 'a payment is for a person or by an employer')
  return { kind: 'employer', employer }
}

interface Corrected {
  readonly bill: Bill
  readonly before: Fen
  readonly after: Fen
}

/** Tells somebody that the bureau has corrected what they owe for a period. */
export async function tellCorrected(tx: Tx, { bill, before, after }: Corrected, at: Temporal.Instant): Promise<void> {
  const { insuredId, period, id } = bill
  const template = 'contribution.corrected'
  const data = { period, before: formatYuan(before), after: formatYuan(after) }
  await notify(tx, 'insured', { to: { kind: 'person', insuredId }, template, data, key: `${template}:${id}`, at })
}

/** Tells an employer that what it declared of a month is billed. */
export async function tellBilled(tx: Tx, declarationId: string, bills: readonly Bill[], at: Temporal.Instant) {
  const [first] = bills
  if (first?.employer == null) return
  const to = { kind: 'employer', employer: first.employer } as const
  const data = { month: first.period, pool: first.pool, bills: bills.length }
  const key = `contribution.billed:${declarationId}`
  await notify(tx, 'insured', { to, template: 'contribution.billed', data, key, at })
}

/** Tells an employer what is added to its credit, or set against a month. */
export async function tellCredit(
  tx: Tx,
  { employer, pool }: CreditKey,
  { id, kind, period, amount, at }: CreditEntry,
): Promise<void> {
  const template = kind === 'LEFT_OVER' ? 'contribution.left-over' : 'contribution.set-off'
  const sum = formatYuan(amount < 0n ? fenOf(0n - amount) : amount)
  const data = { month: period ?? '', pool, amount: sum }
  await notify(tx, 'insured', { to: { kind: 'employer', employer }, template, data, key: `${template}:${id}`, at })
}
