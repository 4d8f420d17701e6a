import { isOrderRequest } from '../domain/order.ts'
import type { ReversalPart } from './write-reversal.ts'

/** The settlement of an online order is taken back whole: its cash, which was paid online, is paid back online. */
export const ORDER_TAKEN_BACK: ReversalPart = {
  when: (w) => isOrderRequest(w.original.requestId) && w.replacement === null,
  effects: ({ param }) => {
    const at = param('timestamptz', (w) => w.settlement.settledAt.toString())
    return [
      `online_orders as (
        update settlement.online_order o
        set state = case when o.cash > 0 then 'REFUNDING' else 'CANCELLED' end, reason = 'REVERSED',
          version = o.version + 1, attempts = 0, next_at = ${at}, closed_at = ${at}
        from request_row r
        where o.settlement_id = ${param('uuid', (w) => w.original.id)} and o.insured_id = r.insured_id
          and o.state = 'SETTLED')`,
    ]
  },
}
