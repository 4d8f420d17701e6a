import type { Tx } from '@yibao/drizzle/connect'
import type { Text } from '@yibao/schema/rejection'
import { awaitsPayment } from '../domain/claim-payment.ts'
import type { Claim } from '../domain/claim.ts'
import { findLastClock } from '../store/claim-clock.ts'
import { goOnWithClaimClock, pauseClaimClock, startClaimClock, stopClaimClock } from './claim-clock.ts'

// The time the agency has to pay what is owed. It stands still while nobody has said where to, or the bank has given it back
// and nobody has said where else to pay.

export const pausePaymentClock = (tx: Tx, claim: Claim, at: Temporal.Instant, reason: Text) =>
  pauseClaimClock(tx, claim, 'PAYMENT', at, reason)

export const stopPaymentClock = (tx: Tx, claim: Claim, at: Temporal.Instant) => stopClaimClock(tx, claim, 'PAYMENT', at)

/** An account was entered: what waited for it goes on, and what was paid and came back has its time anew. */
export async function goOnWithPayment(tx: Tx, claim: Claim, at: Temporal.Instant): Promise<void> {
  if (!awaitsPayment(claim)) return
  const last = await findLastClock(tx, claim, 'PAYMENT')
  if (last === null) return
  if (last.stoppedAt === null) await goOnWithClaimClock(tx, claim, 'PAYMENT', at)
  else await startClaimClock(tx, claim, { kind: 'PAYMENT', days: last.days, at })
}
