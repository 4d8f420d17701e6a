import { orderOfRequest } from '../domain/order.ts'
import { recordsOf } from './own-records.ts'
import type { Statement } from './statement.ts'
import type { ReversalPart, ReversalWrite } from './write-reversal.ts'

/** A settlement of an order, or what a part refund left of one. */
const mayBeOfOrder = ({ original }: ReversalWrite): boolean =>
  orderOfRequest(original.requestId) !== null || original.replaces !== null

/**
 * The order `o` whose settlement is taken back by `r`. It may have been sent to a record that was merged before it was
 * settled, and stays there. A settlement stands before its order says so; it is then found by
 * the order's own id, and the step that would say so comes too late.
 */
const isItsOrder = ({ param }: Statement<ReversalWrite>): string => `
  o.insured_id = any(${recordsOf('r.insured_id')}) and o.institution = ${param('text', (w) => w.settlement.institution)}
  and ((o.state = 'PAID' and o.id = ${param('uuid', (w) => orderOfRequest(w.original.requestId))})
    or (o.state = 'SETTLED' and o.settlement_id = ${param('uuid', (w) => w.original.id)}))`

/**
 * The settlement of an online order is taken back whole: the cash that returns is paid back online, as far as it was paid
 * online.
 */
export const ORDER_TAKEN_BACK: ReversalPart = {
  when: (w) => mayBeOfOrder(w) && w.replacement === null,
  effects: (statement) => {
    const { param } = statement
    const at = param('timestamptz', (w) => w.settlement.settledAt.toString())
    const back = `least(o.cash, ${param('bigint', (w) => 0n - w.settlement.cash)})`
    return [
      `online_orders as (
        update settlement.online_order o
        set state = case when ${back} > 0 then 'REFUNDING' else 'CANCELLED' end,
          refund = case when ${back} > 0 then ${back} end, reason = 'REVERSED',
          settlement_id = ${param('uuid', (w) => w.original.id)}, version = o.version + 1, attempts = 0,
          next_at = ${at}, closed_at = ${at}
        from request_row r where ${isItsOrder(statement)})`,
    ]
  },
}

/** A part of the settlement of an online order is taken back: what remains is from now on the settlement of the order. */
export const ORDER_FOLLOWS: ReversalPart = {
  when: (w) => mayBeOfOrder(w) && w.replacement !== null,
  effects: (statement) => {
    const { param } = statement
    const at = param('timestamptz', (w) => w.settlement.settledAt.toString())
    return [
      `online_orders as (
        update settlement.online_order o
        set state = 'SETTLED', settlement_id = ${param('uuid', (w) => w.replacement)}, version = o.version + 1,
          settled_at = coalesce(o.settled_at, ${at}), closed_at = coalesce(o.closed_at, ${at})
        from request_row r where ${isItsOrder(statement)})`,
    ]
  },
}
