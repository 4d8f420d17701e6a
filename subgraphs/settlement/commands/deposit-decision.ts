import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { fenOf, formatYuan, rateOf, ZERO } from '@yibao/schema/money'
import type { Context } from '../context.ts'
import { forfeitEntries, releaseEntries } from '../domain/clearing-ledger.ts'
import { readDecision, type DecideDepositInput, type ReadDecision } from '../domain/deposit-decision.ts'
import { postClearing } from '../store/clearing-posting.ts'
import { addDecision, holdUndecided, sumKept, type DepositDecision } from '../store/deposit-decision.ts'
import { addRelease, findKept, findScore } from '../store/deposit.ts'
import { usePaper } from './clearing-paper.ts'
import { NOTHING, OPEN, refusal } from './deposit.ts'
import { staffOf } from './monthly-statement.ts'

/**
 * Staff decide what becomes of the deposits of a year that no score gives back: they go back with the next batch, or are
 * forfeited to the fund. A year nobody has scored is decided whole. Each release is decided once, by an entry of its own.
 * Answers the ids of the decisions.
 */
export async function decideDeposit(
  context: Context,
  requestId: string,
  input: DecideDepositInput,
): Promise<readonly string[]> {
  const identity = staffOf(context)
  const { pool } = identity
  const now = context.now()
  const request = { identity, requestId, operation: 'decideDeposit', input, now }
  const { ids } = await once(context.db, request, async (tx) => {
    const asked = readDecision(input, now)
    const { institution, year } = asked
    const by = callerOf(identity)
    const paper = { path: 'input.document', by: `deposit:${pool}:${institution}:${year}`, at: now, pool, institution }
    const document = await usePaper(tx, asked.document, { ...paper, isOwn: false })
    const read = { ...asked, document }
    await closeUnscored(tx, context, { read, pool, by, at: now })
    const undecided = await holdUndecided(tx, { ...read, pool })
    if (undecided.length === 0) throw refusal('NOTHING_KEPT', ...NOTHING)
    const decisions = undecided.map((release) => ({
      ...read,
      id: context.newId(now),
      releaseId: release.id,
      pool,
      amount: fenOf(release.kept - release.amount),
      state: read.outcome === 'RELEASED' ? ('OPEN' as const) : ('FORFEITED' as const),
      decidedBy: by,
      at: now,
    }))
    for (const decision of decisions) await carryOut(tx, context, decision)
    return { ids: decisions.map((one) => one.id) }
  })
  return ids
}

interface Deciding {
  readonly read: ReadDecision
  readonly pool: string
  readonly by: string
  readonly at: Temporal.Instant
}

/** What was kept and never scored becomes a release that gives nothing back, whose rest is decided. */
async function closeUnscored(
  tx: Tx,
  { newId }: Pick<Context, 'newId'>,
  { read: { institution, year, document }, pool, by, at }: Deciding,
): Promise<void> {
  const of = { institution, pool, year }
  const { kept, open } = await findKept(tx, of)
  if (open) throw refusal('STATEMENTS_OPEN', ...OPEN)
  if (kept <= 0n) return
  if ((await findScore(tx, of)) !== null) throw refusal('SCORE_FIRST', ...SCORE_FIRST)
  const nothing = { score: null, share: rateOf(0n), kept, amount: ZERO, settled: ZERO, state: 'PAID' as const }
  const first = { reason: null, correctedBy: null }
  await addRelease(tx, { id: newId(at), ...of, ...nothing, ...first, document, scoredBy: by, at })
}

const SCORE_FIRST = [
  '评分后又有确认的清算申请，请先再次录入该评分',
  'statements were confirmed since the year was scored; give the same score once more first',
] as const

async function carryOut(tx: Tx, context: Context, decision: DepositDecision): Promise<void> {
  const { id: source, pool, institution, amount, year, outcome, at } = decision
  await addDecision(tx, decision)
  const posting = { groupId: context.newId(at), kind: 'DECISION' as const, source, pool, institution, amount, at }
  const entries =
    outcome === 'RELEASED'
      ? releaseEntries(decision, amount)
      : forfeitEntries(decision, amount, await fundsOf(tx, context, decision))
  await postClearing(tx, posting, entries)
  const template = outcome === 'RELEASED' ? 'deposit.released' : 'deposit.forfeited'
  const data = { pool, year, amount: formatYuan(amount) }
  const to = { kind: 'institution', institution } as const
  await notify(tx, 'settlement', { to, template, data, at, key: `${template}:${source}` })
}

/** The basic funds of the pool that kept it, with what was kept of each insurance. */
async function fundsOf(tx: Tx, { clearing }: Pick<Context, 'clearing'>, { releaseId, pool }: DepositDecision) {
  const kept = await sumKept(tx, releaseId)
  return kept.map(({ insuranceType, amount }) => ({
    account: `fund:${pool}:${insuranceType}:${clearing.basicFundOf(insuranceType)}`,
    amount,
  }))
}
