import type { Database, ReadTx, Tx } from '@yibao/drizzle/connect'
import { contributionReceipt as receipt } from '@yibao/drizzle/insured-contribution'
import { NOTICE_TOPIC } from '@yibao/drizzle/notify'
import { and, asc, desc, eq, inArray, lt, ne, sql, type SQL } from 'drizzle-orm'
import type { KeptReceipt, Receipt, ReceiptState } from '../domain/contribution.ts'
import type { ProvingFile } from '../domain/payment-voucher.ts'
import { findRecords } from './merge-persons.ts'
import { provePayments, proveRefund } from './payment-vouchers.ts'

type Row = typeof receipt.$inferSelect

const asReceipt = ({ receiptId: id, ...row }: Row): KeptReceipt => ({ ...row, id })

/** A receipt by id, as far as the reader may see it. */
export async function findReceipt(tx: ReadTx, id: string): Promise<KeptReceipt | null> {
  const [row] = await tx.select().from(receipt).where(eq(receipt.receiptId, id))
  return row === undefined ? null : asReceipt(row)
}

/** A receipt by id, held until the end of the transaction, as it stands then. */
export async function lockReceipt(tx: Tx, id: string): Promise<KeptReceipt | null> {
  const [row] = await tx.select().from(receipt).where(eq(receipt.receiptId, id)).for('update')
  return row === undefined ? null : asReceipt(row)
}

/** Writes that money was given back, and keeps its voucher. */
export async function setRefunded(tx: Tx, one: KeptReceipt) {
  const { id, state, refundedAt, refundedBy, refundReference } = one
  const given = { state, refundedAt, refundedBy, refundReference }
  await tx.update(receipt).set(given).where(eq(receipt.receiptId, id))
  await proveRefund(tx, one)
}

/** Whether a channel, or the bureau of a pool, has given another payment back by the transfer of this number. */
export async function isTransferUsed(
  tx: ReadTx,
  { kind, of, reference, id }: { kind: string; of: string; reference: string; id: string },
): Promise<boolean> {
  const theirs = sql`split_part(${receipt.refundedBy}, ':', 1) = ${kind} and split_part(${receipt.refundedBy}, ':', 2) = ${of}`
  const rows = await tx
    .select({ id: receipt.receiptId })
    .from(receipt)
    .where(and(eq(receipt.refundReference, reference), theirs, ne(receipt.receiptId, id)))
    .limit(1)
  return rows.length > 0
}

/** What came in under these numbers of a channel. */
export async function findByReference(tx: ReadTx, channel: string, references: readonly string[]): Promise<Receipt[]> {
  if (references.length === 0) return []
  const rows = await tx
    .select()
    .from(receipt)
    .where(and(eq(receipt.channel, channel), inArray(receipt.reference, [...references])))
  return rows.map(asReceipt)
}

/** A premium an account has paid for a bill, and was not given back. */
export interface PaidPremium {
  readonly billId: string
  readonly premiumId: string
}

/** Which of some bills accounts have paid; a premium that was given back is named by the receipt that says so. */
export async function findPremiumsOf(tx: ReadTx, bills: readonly string[]): Promise<PaidPremium[]> {
  const { rows } = await tx.execute<{ bill_id: string; reference: string }>(sql`
    select r.bill_id, r.reference from insured.contribution_receipt r
    where r.bill_id = any(${sql.param([...bills])}::uuid[]) and r.channel = 'ACCOUNT' and r.state = 'POSTED'
      and not exists (select from insured.contribution_receipt b
        where b.bill_id = any(${sql.param([...bills])}::uuid[]) and b.state = 'REFUNDED' and b.refund_reference = r.reference)
    order by r.receipt_id`)
  return rows.map((row) => ({ billId: row.bill_id, premiumId: row.reference }))
}

/** The same order of the same caller, a person's for a bill or an employer's for a month, that nobody took money for yet. */
export async function findOpenOrder(tx: Tx, order: Receipt): Promise<Receipt | null> {
  const { billId, employer, pool, insuranceType, period, orderedBy, amount } = order
  const what =
    billId === null ? and(eq(receipt.employer, employer ?? ''), eq(receipt.period, period)) : eq(receipt.billId, billId)
  const [row] = await tx
    .select()
    .from(receipt)
    .where(
      and(
        what,
        eq(receipt.pool, pool),
        eq(receipt.insuranceType, insuranceType),
        eq(receipt.orderedBy, orderedBy ?? ''),
        eq(receipt.amount, amount),
        eq(receipt.state, 'PENDING'),
      ),
    )
    .orderBy(asc(receipt.receiptId))
    .limit(1)
  return row === undefined ? null : asReceipt(row)
}

/** What an employer has ordered and nobody took money for yet. */
export async function findPendingOf(
  tx: ReadTx,
  {
    employer,
    pool,
    insuranceType,
  }: { readonly employer: string; readonly pool: string; readonly insuranceType: string },
): Promise<Receipt[]> {
  const mine = and(
    eq(receipt.employer, employer),
    eq(receipt.pool, pool),
    eq(receipt.insuranceType, insuranceType),
    eq(receipt.state, 'PENDING'),
  )
  return (await tx.select().from(receipt).where(mine)).map(asReceipt)
}

/** What was ordered for a bill and nobody took money for yet. */
export async function findPendingFor(tx: ReadTx, billId: string): Promise<Receipt[]> {
  const rows = await tx
    .select()
    .from(receipt)
    .where(and(eq(receipt.billId, billId), eq(receipt.state, 'PENDING')))
  return rows.map(asReceipt)
}

/** Writes that orders are for what is not owed any longer; answers those a channel was not quicker with. */
export async function setCancelled(tx: Tx, ids: readonly string[]): Promise<Receipt[]> {
  if (ids.length === 0) return []
  const rows = await tx
    .update(receipt)
    .set({ state: 'CANCELLED' })
    .where(and(inArray(receipt.receiptId, [...ids]), eq(receipt.state, 'PENDING')))
    .returning()
  return rows.map(asReceipt)
}

export interface ReceiptFilter {
  readonly before?: string
  readonly state?: ReceiptState
  readonly period?: string
  readonly insuredId?: string
}

/** Receipts the reader may see, the latest made first. */
export async function listReceipts(tx: ReadTx, filter: ReceiptFilter, limit: number): Promise<KeptReceipt[]> {
  const { before, state, period, insuredId } = filter
  const conditions: SQL[] = []
  if (before !== undefined) conditions.push(lt(receipt.receiptId, before))
  if (state !== undefined) conditions.push(eq(receipt.state, state))
  if (period !== undefined) conditions.push(eq(receipt.period, period))
  if (insuredId !== undefined) conditions.push(inArray(receipt.insuredId, await findRecords(tx, insuredId)))
  const rows = await tx
    .select()
    .from(receipt)
    .where(and(...conditions))
    .orderBy(desc(receipt.receiptId))
    .limit(limit)
  return rows.map(asReceipt)
}

/**
 * Adds receipts with the voucher of each that is more than ordered, which names the file it was read from. The database
 * vetoes a second one under one number of a channel.
 */
export async function addReceipts(tx: Tx, receipts: readonly Receipt[], file?: ProvingFile): Promise<void> {
  if (receipts.length === 0) return
  await tx.insert(receipt).values(receipts.map(({ id, ...rest }) => ({ ...rest, receiptId: id })))
  await provePayments(tx, receipts, file)
}

/** Writes that the money of a payment that was only ordered came in, and keeps its voucher. */
export async function setReceived(tx: Tx, one: Receipt): Promise<void> {
  const { id, channel, reference, state, caller, receivedAt, postedAt } = one
  await tx
    .update(receipt)
    .set({ channel, reference, state, caller, receivedAt, postedAt })
    .where(eq(receipt.receiptId, id))
  await provePayments(tx, [one])
}

interface Guess {
  readonly caller: string
  readonly day: Temporal.PlainDate
}

/**
 * Counts a look-up by number and name as one that fails, before it is made; null when `max` are reached. Beside the
 * transaction of the request, so that a refusal does not take the count back with it.
 */
export async function countGuess(hot: Database['hot'], { caller, day }: Guess, max: number): Promise<number | null> {
  const [row] = await hot.unsafe<{ count: number }>(
    `insert into insured.contribution_guess (caller, day, count) values ($1, $2, 1)
     on conflict (caller, day) do update set count = contribution_guess.count + 1 where contribution_guess.count < $3
     returning count`,
    [caller, day, max],
  )
  return row?.count ?? null
}

/** Takes back one count: the look-up found somebody. */
export async function discountGuess(hot: Database['hot'], { caller, day }: Guess): Promise<void> {
  await hot.unsafe('update insured.contribution_guess set count = count - 1 where caller = $1 and day = $2', [
    caller,
    day,
  ])
}

/** Counts look-ups that found nobody; answers how many there were on the day. */
export async function addGuesses(tx: Tx, { caller, day }: Guess, count: number): Promise<number> {
  const { rows } = await tx.execute<{ count: number }>(sql`
    insert into insured.contribution_guess as g (caller, day, count) values (${caller}, ${day.toString()}, ${count})
    on conflict (caller, day) do update set count = g.count + excluded.count returning count`)
  return rows[0]?.count ?? count
}

interface Published {
  readonly id: string
  readonly insuredId: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** Says what the accounts of persons are to be credited, for settlement to do it. */
export const publishCredits = (tx: Tx, credits: readonly Published[], at: Temporal.Instant): Promise<void> =>
  publishAll(tx, 'contribution.credited', credits, at)

/** Says what is to be taken out of the accounts of persons again, since less was due than had been credited. */
export const publishCorrections = (tx: Tx, corrections: readonly Published[], at: Temporal.Instant): Promise<void> =>
  publishAll(tx, 'contribution.corrected', corrections, at)

interface Received {
  readonly id: string
  readonly insuredId: string
  readonly amount: string
  readonly key: string
}

/** Asks for a message to each of these persons, as `notify` does it for one. */
export function publishReceived(tx: Tx, notices: readonly Received[], at: Temporal.Instant): Promise<void> {
  const template = 'contribution.received'
  const events = notices.map(({ id, insuredId, amount, key }) => ({
    id,
    insuredId,
    payload: { to: { kind: 'person', insuredId }, template, data: { amount }, key },
  }))
  return publishAll(tx, NOTICE_TOPIC, events, at)
}

/** Events of many persons in one statement. */
async function publishAll(tx: Tx, topic: string, events: readonly Published[], at: Temporal.Instant): Promise<void> {
  if (events.length === 0) return
  await tx.execute(sql`
    insert into insured.outbox (id, insured_id, topic, payload, at)
    select c.id, c.insured_id, ${topic}, c.payload::jsonb, ${at.toString()}::timestamptz
    from unnest(${sql.param(events.map((one) => one.id))}::uuid[],
      ${sql.param(events.map((one) => one.insuredId))}::uuid[],
      ${sql.param(events.map((one) => JSON.stringify(one.payload)))}::text[]) as c (id, insured_id, payload)`)
}
