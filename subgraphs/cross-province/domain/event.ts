import type { Filing } from './filing.ts'

/** What happens to a filing that others may want to know. */
export type Topic = 'filing.filed' | 'filing.cancelled' | 'filing.replaced'

/** An event of a filing as the outbox takes it: ids, codes and days, nothing that names the person. */
export const eventOf = (topic: Topic, filing: Filing, at: Temporal.Instant) => ({
  topic,
  insuredId: filing.insuredId,
  payload: {
    filingId: filing.id,
    pool: filing.pool,
    type: filing.type,
    destination: filing.destination,
    beginOn: filing.beginOn.toString(),
    endOn: filing.endOn?.toString() ?? null,
    cancelledFrom: filing.cancelledFrom?.toString() ?? null,
  },
  at,
})
