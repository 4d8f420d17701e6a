import assert from 'node:assert/strict'
import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { onlineOrder } from '@yibao/drizzle/settlement-order'
import type { StoredRejection } from '@yibao/schema/rejection'
import { and, asc, desc, eq, getTableColumns, inArray, lt, lte, type SQL } from 'drizzle-orm'
import type { Order, OrderBill, OrderQuote, OrderState } from '../domain/order.ts'
import { ofPerson } from './merge-person.ts'
import { findRecords } from './own-records.ts'

type Row = typeof onlineOrder.$inferSelect

// Everything but the bill, which can be megabytes long.
const { bill: _bill, voucher: _voucher, nextAt: _nextAt, ...COLUMNS } = getTableColumns(onlineOrder)

const orderOf = ({ refusal, ...rest }: Pick<Row, keyof typeof COLUMNS>): Order => ({
  ...rest,
  refusal: refusal as StoredRejection | null,
})

/** An order by id; null when there is none the reader may see. */
export async function findOrder(db: ReadTx | Tx, id: string): Promise<Order | null> {
  const [row] = await db.select(COLUMNS).from(onlineOrder).where(eq(onlineOrder.id, id))
  return row === undefined ? null : orderOf(row)
}

/** The bills of orders by the orders' ids, as far as the reader may see them. */
export async function listOrderBills(db: ReadTx | Tx, ids: readonly string[]): Promise<Map<string, OrderBill>> {
  const { id, bill } = onlineOrder
  const rows = await db
    .select({ id, bill })
    .from(onlineOrder)
    .where(inArray(id, [...ids]))
  return new Map(rows.map((row) => [row.id, row.bill as OrderBill]))
}

/** The bill of an order that is there. */
export async function findOrderBill(db: Tx, id: string): Promise<OrderBill> {
  const bill = (await listOrderBills(db, [id])).get(id)
  assert(bill !== undefined, 'an order has its bill')
  return bill
}

/** What a page of orders is narrowed to. */
export interface OrderFilter {
  readonly institution?: string
  readonly pool?: string
  readonly insuredId?: string
  readonly state?: OrderState
  /** Largest id, not included. */
  readonly before?: string
}

/** A page of orders, the latest first. */
export async function listOrders(db: ReadTx, filter: OrderFilter, limit: number): Promise<Order[]> {
  const { institution, pool, insuredId, state, before } = filter
  const conditions: (SQL | undefined)[] = [
    institution === undefined ? undefined : eq(onlineOrder.institution, institution),
    pool === undefined ? undefined : eq(onlineOrder.pool, pool),
    insuredId === undefined ? undefined : ofPerson(onlineOrder.insuredId, insuredId),
    state === undefined ? undefined : eq(onlineOrder.state, state),
    before === undefined ? undefined : lt(onlineOrder.id, before),
  ]
  const rows = await db
    .select(COLUMNS)
    .from(onlineOrder)
    .where(and(...conditions))
    .orderBy(desc(onlineOrder.id))
    .limit(limit)
  return rows.map(orderOf)
}

const HOLDING: OrderState[] = ['UNPAID', 'AUTHORISED', 'PAYING', 'PAID']

/** Whether a bill is in an order that is under way. */
export async function isOrdered(
  tx: Tx,
  { institution, visit, chargeBatch }: Pick<Order, 'institution' | 'visit' | 'chargeBatch'>,
): Promise<boolean> {
  const rows = await tx
    .select({ id: onlineOrder.id })
    .from(onlineOrder)
    .where(
      and(
        eq(onlineOrder.institution, institution),
        eq(onlineOrder.visit, visit),
        eq(onlineOrder.chargeBatch, chargeBatch),
        inArray(onlineOrder.state, HOLDING),
      ),
    )
  return rows.length > 0
}

/** How many orders of an institution a person has that are under way, under whichever of their records. */
export const countOpen = async (
  tx: Tx,
  { institution, insuredId }: Pick<Order, 'institution' | 'insuredId'>,
): Promise<number> =>
  tx.$count(
    onlineOrder,
    and(
      inArray(onlineOrder.insuredId, await findRecords(tx, insuredId)),
      eq(onlineOrder.institution, institution),
      inArray(onlineOrder.state, HOLDING),
    ),
  )

/** Whether a voucher, by its keyed hash, has authorised an order. */
export async function isVoucherUsed(tx: Tx, voucher: Buffer): Promise<boolean> {
  const rows = await tx.select({ id: onlineOrder.id }).from(onlineOrder).where(eq(onlineOrder.voucher, voucher))
  return rows.length > 0
}

type NewOrder = Pick<
  Order,
  | 'id'
  | 'insuredId'
  | 'institution'
  | 'pool'
  | 'visit'
  | 'chargeBatch'
  | 'shown'
  | 'careType'
  | 'lineCount'
  | 'createdAt'
  | 'expiresAt'
> &
  OrderQuote & { readonly bill: OrderBill }

export async function addOrder(tx: Tx, order: NewOrder): Promise<void> {
  await tx.insert(onlineOrder).values({ ...order, state: 'UNPAID', nextAt: order.expiresAt })
}

type Changes = Partial<
  Pick<
    Row,
    | 'reason'
    | 'refund'
    | 'paymentUrl'
    | 'settlementId'
    | 'authorisedAt'
    | 'paidAt'
    | 'settledAt'
    | 'refundedAt'
    | 'closedAt'
  > & { readonly refusal: StoredRejection; readonly voucher: Buffer } & OrderQuote
>

/** Takes a step with an order. False when somebody else took one since it was read. */
export async function moveOrder(
  db: Tx,
  { id, insuredId, version }: Pick<Order, 'id' | 'insuredId' | 'version'>,
  { state, at, ...changes }: Changes & { readonly state: OrderState; readonly at: Temporal.Instant },
): Promise<boolean> {
  const rows = await db
    .update(onlineOrder)
    .set({ ...changes, state, version: version + 1, attempts: 0, nextAt: at })
    .where(and(eq(onlineOrder.id, id), eq(onlineOrder.insuredId, insuredId), eq(onlineOrder.version, version)))
    .returning({ id: onlineOrder.id })
  return rows.length > 0
}

/** Shows another quote with an order that waits for the person. False when it no longer waits. */
export async function requoteOrder(
  db: Tx,
  { id, insuredId, version }: Pick<Order, 'id' | 'insuredId' | 'version'>,
  quote: OrderQuote,
): Promise<boolean> {
  const rows = await db
    .update(onlineOrder)
    .set({ ...quote, version: version + 1 })
    .where(
      and(
        eq(onlineOrder.id, id),
        eq(onlineOrder.insuredId, insuredId),
        eq(onlineOrder.version, version),
        eq(onlineOrder.state, 'UNPAID'),
      ),
    )
    .returning({ id: onlineOrder.id })
  return rows.length > 0
}

/** Lets an order wait until it is looked at again. */
export async function postponeOrder(
  db: Tx,
  { id, insuredId, version }: Pick<Order, 'id' | 'insuredId' | 'version'>,
  { attempts, nextAt, paymentUrl }: { attempts: number; nextAt: Temporal.Instant; paymentUrl?: string | null },
): Promise<void> {
  await db
    .update(onlineOrder)
    .set({ attempts, nextAt, ...(paymentUrl !== undefined && { paymentUrl }) })
    .where(and(eq(onlineOrder.id, id), eq(onlineOrder.insuredId, insuredId), eq(onlineOrder.version, version)))
}

const UNDER_WAY: OrderState[] = ['UNPAID', 'AUTHORISED', 'PAYING', 'PAID', 'REFUNDING']

/** Orders with something to be done about them, those that waited longest first. */
export async function dueOrders(db: Tx, now: Temporal.Instant, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: onlineOrder.id })
    .from(onlineOrder)
    .where(and(inArray(onlineOrder.state, UNDER_WAY), lte(onlineOrder.nextAt, now)))
    .orderBy(asc(onlineOrder.nextAt))
    .limit(limit)
  return rows.map((row) => row.id)
}
