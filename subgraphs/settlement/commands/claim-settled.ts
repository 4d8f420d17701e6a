import type { Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import { formatYuan } from '@yibao/schema/money'
import { addWorkingDays } from '@yibao/schema/working-days'
import { awaitsPayment } from '../domain/claim-payment.ts'
import type { Claim } from '../domain/claim.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { claimAwaitsAccount } from './claim-account.ts'
import { dueOf, reopenClaimClock, startClaimClock, stopClaimClocks } from './claim-clock.ts'
import { tellClaimant, tellClaimStaff } from './claim-tell.ts'

/** Last day on which what was decided at a moment can be appealed against. */
export const appealUntil = ({ pool }: Pick<Claim, 'pool'>, decidedAt: Temporal.Instant): Temporal.PlainDate =>
  addWorkingDays(dayOf(decidedAt), claimRulesOf(pool).appeal.workingDays).day

/** What comes with the settlement of a claim: the time to pay it runs, and the person is told. */
export async function claimSettled(tx: Tx, claim: Claim, at: Temporal.Instant): Promise<void> {
  const { content, owed } = claim
  await awaitPayment(tx, claim, at)
  const data = { total: content.total ?? '0.00', owed: formatYuan(owed), until: appealUntil(claim, at).toString() }
  await tellClaimant(tx, claim, { template: 'approved', at, data })
}

/**
 * A claim ends, and with it all its times. What the bank gave back after the person had given it back too is to be paid all the same,
 * and for that the time begins anew.
 */
export async function endClocks(tx: Tx, ended: Claim, at: Temporal.Instant): Promise<void> {
  await stopClaimClocks(tx, ended, at)
  await awaitPayment(tx, ended, at)
}

/** The time to pay begins, where there is something to pay. */
async function awaitPayment(tx: Tx, claim: Claim, at: Temporal.Instant): Promise<void> {
  if (!awaitsPayment(claim)) return
  const { workingDays: days } = claimRulesOf(claim.pool).payment
  await startClaimClock(tx, claim, { kind: 'PAYMENT', days, at })
  await claimAwaitsAccount(tx, claim, at)
}

/** What comes with a settlement that was refused: the time to decide goes on as if it had never ended. */
export async function claimNotSettled(tx: Tx, claim: Claim, at: Temporal.Instant): Promise<void> {
  const data = dueOf(await reopenClaimClock(tx, claim, 'DECISION'))
  await tellClaimant(tx, claim, { template: 'not-settled', at, data })
  await tellClaimStaff(tx, claim, { template: 'to-review-again', at, data })
}
