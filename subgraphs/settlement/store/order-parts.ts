import { orderOfRequest } from '../domain/order.ts'
import type { ReversalPart } from './write-reversal.ts'

/**
 * The settlement of an online order is taken back whole: its cash, which was paid online, is paid back online. Found by
 * the order's own id, because a settlement stands before the order says so: then the step that would say so comes late.
 */
export const ORDER_TAKEN_BACK: ReversalPart = {
  when: (w) => orderOfRequest(w.original.requestId) !== null && w.replacement === null,
  effects: ({ param }) => {
    const at = param('timestamptz', (w) => w.settlement.settledAt.toString())
    const original = param('uuid', (w) => w.original.id)
    return [
      `online_orders as (
        update settlement.online_order o
        set state = case when o.cash > 0 then 'REFUNDING' else 'CANCELLED' end, reason = 'REVERSED',
          settlement_id = ${original}, version = o.version + 1, attempts = 0, next_at = ${at}, closed_at = ${at}
        from request_row r
        where o.id = ${param('uuid', (w) => orderOfRequest(w.original.requestId))} and o.insured_id = r.insured_id
          and o.institution = ${param('text', (w) => w.settlement.institution)}
          and (o.state = 'PAID' or (o.state = 'SETTLED' and o.settlement_id = ${original})))`,
    ]
  },
}
