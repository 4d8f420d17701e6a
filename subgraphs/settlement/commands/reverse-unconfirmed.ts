import assert from 'node:assert/strict'
import { canonicalDigest } from '@yibao/drizzle/digest'
import { Rejection } from '@yibao/schema/rejection'
import { createContext, type Context, type Services } from '../context.ts'
import { isDecided } from '../domain/recompute.ts'
import { closeUnconfirmed, type Unconfirmed } from '../store/confirmations.ts'
import { findSettlements } from '../store/settlements.ts'
import { writeReversal } from '../store/write-reversal.ts'
import { prepareReversal } from './prepare-reversal.ts'

/** Settlements taken back in one run; the next run goes on. */
const AT_ONCE = 100

/**
 * Takes back the settlements whose institution asked for a confirmation within a time and did not give it. Their time is
 * ended first, so that a confirmation that comes now is told so; whatever cuts this short, the next run completes it.
 */
export async function reverseUnconfirmed(services: Services): Promise<void> {
  const context = createContext(services, null, 'reverse-unconfirmed')
  for (const one of await closeUnconfirmed(services.db.hot, services.clock(), AT_ONCE)) {
    try {
      await takeBack(context, one)
    } catch (refusal) {
      if (!(refusal instanceof Rejection)) throw refusal
      services.logger?.warn(
        { settlement: one.settlementId, code: refusal.code },
        'an unconfirmed settlement cannot be taken back yet',
      )
    }
  }
}

/** In the name of the institution that asked for it. Something that changes meanwhile leaves it to the next run. */
async function takeBack(context: Context, { settlementId, caller }: Unconfirmed): Promise<void> {
  const [settlement] = await findSettlements(context.db.orm, [settlementId])
  assert(settlement !== undefined && isDecided(settlement), 'what waits for a confirmation is a settlement')
  const requestId = `unconfirmed-${settlementId}`
  const request = {
    caller,
    requestId,
    operation: 'reverse',
    digest: canonicalDigest('reverse', { settlementId }),
  } as const
  const { write } = await prepareReversal(context, { request, settlement, path: 'settlement' })
  await writeReversal(context.db.hot, write)
}
