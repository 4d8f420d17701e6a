import type { Tx } from '@yibao/drizzle/connect'
import { fenOf, formatYuan } from '@yibao/schema/money'
import type { Services } from '../context.ts'
import { isEnded, leftToPay } from '../domain/claim-payment.ts'
import { BY_RULE } from '../domain/claim-review.ts'
import { ClaimChanged, type Claim } from '../domain/claim.ts'
import { addRecovery, holdOpenRecoveries, listUnbalanced, settleRecovery } from '../store/claim-recovery.ts'
import { findClaim, stepClaim } from '../store/claim.ts'
import { stopPaymentClock } from './claim-payment-clock.ts'
import { postClaim } from './claim-posting.ts'
import { tellClaimant } from './claim-tell.ts'

type Balancing = Pick<Services, 'db' | 'clock' | 'newId'>

const PAGE = 200
const PATH = 'input.claims'

/**
 * Brings claims that wait for no bank into balance: what was paid too much is owed back, what a person owes back is set off
 * against what another claim is to be paid, and a claim of which nothing is left to pay is done. Each in a transaction of its
 * own; one that somebody changes meanwhile is left for the next time.
 */
export async function balanceClaims(balancing: Balancing, pool: string | null): Promise<void> {
  const { db, clock } = balancing
  for (const id of await listUnbalanced(db.orm, pool, PAGE)) {
    try {
      await db.orm.transaction(async (tx) => {
        const claim = await findClaim(tx, id)
        if (claim !== null) await balanceClaim(tx, balancing, claim, { at: clock() })
      })
    } catch (error) {
      if (!(error instanceof ClaimChanged)) throw error
    }
  }
}

interface BalancingAt {
  readonly at: Temporal.Instant
  /** What is too much the bank has paid besides: what it said, and who of the bureau has confirmed it. */
  readonly overpaid?: { readonly returnId: string; readonly owner: string }
}

/** Brings a claim that waits for no bank into balance; answers it as it is then. */
export async function balanceClaim(
  tx: Tx,
  balancing: Pick<Services, 'newId'>,
  claim: Claim,
  balance: BalancingAt,
): Promise<Claim> {
  const { at } = balance
  if (['APPROVED', 'PAID'].includes(claim.state) || isEnded(claim.state)) {
    const owed = claim.paid > claim.owed ? await askBack(tx, balancing, claim, balance) : claim
    if (owed.state === 'APPROVED' && leftToPay(owed) === 0n) return close(tx, owed, at)
    if (owed !== claim) return owed
  }
  const isToPay = claim.state === 'APPROVED' || claim.state === 'PAYMENT_RETURNED'
  if (!isToPay && !isEnded(claim.state)) return claim
  // Also of a claim that has ended: the bank gave back what the person was asked for as well.
  const left = await setOff(tx, balancing, claim, at)
  return isToPay && leftToPay(left) <= 0n ? close(tx, left, at) : left
}

/** More was paid than is owed: the rest is no payment of the claim any more but owed to the pool. */
async function askBack(
  tx: Tx,
  balancing: Pick<Services, 'newId'>,
  claim: Claim,
  { at, overpaid }: BalancingAt,
): Promise<Claim> {
  const { insuredId, id: claimId, pool } = claim
  const amount = fenOf(claim.paid - claim.owed)
  const id = balancing.newId(at)
  const by = { returnId: overpaid?.returnId ?? null, owner: overpaid?.owner ?? null }
  await addRecovery(tx, { id, insuredId, claimId, pool, amount, settled: fenOf(0n), raisedAt: at, ...by })
  await postClaim(tx, balancing, 'CLAIM_OWED_BACK', { source: id, pool, amount, at })
  const data = { amount: formatYuan(amount) }
  const step = {
    path: PATH,
    kind: 'OWED_BACK',
    at,
    by: BY_RULE,
    words: overpaid === undefined ? owedBack(data.amount) : overpaidBack(data.amount),
    data,
    set: { paid: claim.owed },
  }
  const changed = await stepClaim(tx, claim, step)
  const template = overpaid === undefined ? 'owed-back' : 'overpaid-back'
  await tellClaimant(tx, changed, { template, at, data })
  return changed
}

/** What the person owes back is taken off what the claim is to be paid, the oldest first. */
async function setOff(tx: Tx, balancing: Pick<Services, 'newId'>, claim: Claim, at: Temporal.Instant): Promise<Claim> {
  const { insuredId, id: claimId, pool } = claim
  let left = leftToPay(claim)
  for (const open of await holdOpenRecoveries(tx, pool, insuredId)) {
    const rest = fenOf(open.amount - open.settled)
    const amount = rest < left ? rest : left
    if (amount <= 0n) break
    const id = balancing.newId(at)
    const step = {
      id,
      recoveryId: open.id,
      insuredId,
      claimId,
      pool,
      kind: 'SET_OFF' as const,
      reference: null,
      by: BY_RULE,
    }
    await settleRecovery(tx, { ...step, amount, at })
    await postClaim(tx, balancing, 'CLAIM_SET_OFF', { source: id, pool, amount, at })
    left = fenOf(left - amount)
  }
  const amount = fenOf(leftToPay(claim) - left)
  if (amount === 0n) return claim
  const data = { amount: formatYuan(amount) }
  const set = { paid: fenOf(claim.paid + amount) }
  const words = setOffWords(data.amount)
  const changed = await stepClaim(tx, claim, { path: PATH, kind: 'SET_OFF', at, by: BY_RULE, words, data, set })
  await tellClaimant(tx, changed, { template: 'set-off', at, data })
  return changed
}

/** Nothing is left to be paid. */
async function close(tx: Tx, claim: Claim, at: Temporal.Instant): Promise<Claim> {
  const step = { to: 'PAID', path: PATH, kind: 'CLOSED', at, by: BY_RULE, set: { paidAt: at } } as const
  const done = await stepClaim(tx, claim, step)
  await stopPaymentClock(tx, done, at)
  await tellClaimant(tx, done, { template: 'closed', at })
  return done
}

const owedBack = (amount: string) => ({
  zh: `重新处理后多付 ${amount} 元，须退回或从后续报销款抵扣`,
  en: `${amount} yuan more were paid than are owed: they are given back, or set off against later claims`,
})
const overpaidBack = (amount: string) => ({
  zh: `银行多付 ${amount} 元，须退回或从后续报销款抵扣`,
  en: `the bank has paid ${amount} yuan too much: they are given back, or set off against later claims`,
})
const setOffWords = (amount: string) => ({
  zh: `其中 ${amount} 元抵扣此前多付的报销款`,
  en: `${amount} yuan of it are set off against what was paid too much before`,
})
