import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { fenOf, formatYuan, sum, ZERO, type Fen } from '@yibao/schema/money'
import type { Context } from '../context.ts'
import { releaseEntries } from '../domain/clearing-ledger.ts'
import { shareOf } from '../domain/clearing-rules.ts'
import {
  beingPaid,
  correctedRelease,
  notScored,
  paymentUndecided,
  readCorrection,
  sameScore,
  scoredMeanwhile,
  type CorrectScoreInput,
  type ScoreCorrection,
} from '../domain/deposit-correction.ts'
import { mirrored } from '../domain/ledger.ts'
import { hasDisputed } from '../store/clearing-payment.ts'
import { listPosted, postClearing } from '../store/clearing-posting.ts'
import { findBatchNumber, holdDecided, holdScored, replaceRelease } from '../store/deposit-correction.ts'
import type { DepositDecision } from '../store/deposit-decision.ts'
import { findKept, type DepositRelease } from '../store/deposit.ts'
import { usePaper } from './clearing-paper.ts'
import { staffOf } from './monthly-statement.ts'

/**
 * Staff correct a yearly score that was entered wrongly, with a reason. What each release by it gave back, and what was
 * decided about its rest, is taken back by entries that mirror it, and a release by the right score takes its place; what
 * the bank has paid counts against it. Answers the ids of the new releases.
 */
export async function correctScore(
  context: Context,
  requestId: string,
  input: CorrectScoreInput,
): Promise<readonly string[]> {
  const identity = staffOf(context)
  const { pool } = identity
  const now = context.now()
  const request = { identity, requestId, operation: 'correctScore', input, now }
  const { ids } = await once(context.db, request, async (tx) => {
    const asked = readCorrection(input, now)
    const { institution, year } = asked
    // Holds the statements of the year first, as whoever scores it does.
    await findKept(tx, { institution, pool, year })
    const wrong = await holdWrong(tx, asked, pool)
    const by = `rescore:${context.newId(now)}`
    const paper = { path: 'input.document', by, at: now, pool, institution, isOwn: false }
    const document = await usePaper(tx, asked.document, paper)
    const released: DepositRelease[] = []
    for (const { release, decision } of wrong) {
      const share = shareOf(context.clearing.depositOf(pool), asked.score)
      const corrected = correctedRelease(release.kept, share, release, decision)
      const { score, reason } = asked
      const rest = { score, share, reason, document, scoredBy: callerOf(identity), at: now }
      const right = { ...release, ...rest, ...corrected, id: context.newId(now) }
      await takeBack(tx, context, release, { amount: release.amount, at: now })
      if (decision !== null)
        await takeBack(tx, context, decision, {
          amount: decision.outcome === 'RELEASED' ? decision.amount : ZERO,
          at: now,
        })
      await replaceRelease(tx, release.id, right)
      await post(tx, context, right)
      released.push(right)
    }
    await tell(tx, asked, released)
    return { ids: released.map((one) => one.id) }
  })
  return ids
}

interface Wrong {
  readonly release: DepositRelease
  readonly decision: (DepositDecision & { readonly settled: Fen }) | null
}

/** Holds what was done by the wrong score. Throws NotAllowed when it is another by now, or on its way to the bank. */
async function holdWrong(tx: Tx, { institution, year, was, score }: ScoreCorrection, pool: string): Promise<Wrong[]> {
  const releases = await holdScored(tx, { institution, pool, year })
  const [first] = releases
  if (first === undefined) throw notScored()
  if (first.score !== was) throw scoredMeanwhile(first.score ?? 0)
  if (score === was) throw sameScore()
  const decisions = await holdDecided(
    tx,
    releases.map((one) => one.id),
  )
  const paying = [...releases, ...decisions.values()].find((one) => one.state === 'PAYING')
  if (paying !== undefined) throw beingPaid(await findBatchNumber(tx, paying.id))
  const ids = [...releases, ...decisions.values()].map((one) => one.id)
  if (await hasDisputed(tx, ids)) throw paymentUndecided()
  return releases.map((release) => {
    const decision = decisions.get(release.id)
    return { release, decision: decision === undefined ? null : { ...decision, settled: ZERO } }
  })
}

/** Takes back what was posted for a release or a decision, entry by entry. */
async function takeBack(
  tx: Tx,
  { newId }: Pick<Context, 'newId'>,
  { id: source, pool, institution }: Pick<DepositRelease, 'id' | 'pool' | 'institution'>,
  { amount, at }: { readonly amount: Fen; readonly at: Temporal.Instant },
): Promise<void> {
  const posting = { groupId: newId(at), kind: 'RESCORED' as const, source, pool, institution, at }
  await postClearing(
    tx,
    { ...posting, amount: fenOf(0n - amount) },
    mirrored(await listPosted(tx, source, 'input.year')),
  )
}

async function post(tx: Tx, { newId }: Pick<Context, 'newId'>, release: DepositRelease): Promise<void> {
  const { id: source, pool, institution, amount, at } = release
  const posting = { groupId: newId(at), kind: 'RELEASE' as const, source, pool, institution, amount, at }
  await postClearing(tx, posting, releaseEntries(release, amount))
}

async function tell(
  tx: Tx,
  { institution, year }: ScoreCorrection,
  released: readonly DepositRelease[],
): Promise<void> {
  const [first] = released
  if (first === undefined) return
  const { id, pool, at } = first
  const amount = formatYuan(fenOf(sum(released.map((one) => one.amount))))
  const data = { pool, year, amount }
  const to = { kind: 'institution', institution } as const
  await notify(tx, 'settlement', { to, template: 'deposit.rescored', data, at, key: `deposit.rescored:${id}` })
}
