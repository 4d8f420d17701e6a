import { sponsorEffects } from './sponsor-parts.ts'
import type { ReversalPart } from './write-reversal.ts'

/** The first half of a refund: the request is recorded with the second. */
export const FROM_REFUND: ReversalPart = { when: (w) => w.replacement !== null }

/** Gives back to relatives' accounts what they paid. A counter is never inserted: what is taken off was counted before. */
export const SPONSORS_BACK: ReversalPart = {
  when: (w) => w.sponsors.length > 0,
  effects: (statement) =>
    sponsorEffects(
      statement,
      (from) => `
        update settlement.counter k set amount = k.amount + o.current + o.history from ${from}
        where k.insured_id = o.sponsor_id and k.pool = o.pool and k.insurance_type = o.insurance_type
          and k.name = o.counter and k.period = o.year`,
    ),
}

/** Tells of it by the outbox, in the statement that does it: both come to be, or neither. */
export const TOLD: ReversalPart = {
  when: (w) => w.event !== undefined,
  effects: ({ param }) => [
    `told as (
      insert into settlement.outbox (id, insured_id, topic, payload, at)
      select ${param('uuid', (w) => w.event?.id ?? null)}, r.insured_id, ${param('text', (w) => w.event?.topic ?? null)},
        ${param('jsonb', (w) => JSON.stringify(w.event?.payload))},
        ${param('timestamptz', (w) => w.settlement.settledAt.toString())}
      from request_row r)`,
  ],
}
