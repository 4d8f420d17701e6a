import assert from 'node:assert/strict'
import { findUnconsumed, noteConsumed, type Event } from '@yibao/drizzle/outbox'
import { fenOf } from '@yibao/schema/money'
import type { Services } from '../context.ts'
import type { Credit } from '../store/credit-account.ts'
import { creditAccount } from './credit-account.ts'

const FROM = { from: 'insured', topics: ['contribution.credited'] } as const
const BATCH = 100

/**
 * Credits what insured says is paid. The effect comes first and the note that it took effect after it: a credit is kept
 * under its event, so an event that is met again because the note was lost changes nothing.
 */
export async function creditContributions(
  { db, clock, newId, logger }: Pick<Services, 'db' | 'clock' | 'newId' | 'logger'>,
  since: Temporal.Instant | undefined,
): Promise<void> {
  const context = { db, now: clock, newId }
  for (;;) {
    const events = await findUnconsumed(db, { ...FROM, since, limit: BATCH })
    let failed = 0
    for (const event of events) {
      try {
        await creditAccount(context, creditOf(event))
        await noteConsumed(db, event.id)
      } catch (error) {
        failed += 1
        logger?.error({ err: error, event: event.id }, 'a contribution was not credited; it is tried again')
      }
    }
    // What failed stays in front and is met again with the next run.
    if (events.length < BATCH || failed > 0) return
  }
}

function creditOf({ id, insuredId, payload }: Event): Credit {
  const { kind, pool, amount, billId, month } = payload
  assert(insuredId !== null && (kind === 'CURRENT' || kind === 'HISTORY'), 'a credit says whose and which account')
  const of = { billId: typeof billId === 'string' ? billId : null, period: typeof month === 'string' ? month : null }
  return { eventId: id, insuredId, kind, pool: String(pool), amount: fenOf(BigInt(String(amount))), ...of }
}
