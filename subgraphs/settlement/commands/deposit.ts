import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { portion, ZERO } from '@yibao/schema/money'
import { NotAllowed } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { releaseEntries } from '../domain/clearing-ledger.ts'
import { shareOf } from '../domain/clearing-rules.ts'
import { readScore, type ScoreInput } from '../domain/deposit.ts'
import { postClearing } from '../store/clearing-posting.ts'
import { addRelease, findKept, findScore } from '../store/deposit.ts'
import { usePaper } from './clearing-paper.ts'
import { staffOf } from './monthly-statement.ts'

/**
 * Gives an institution its score of a year: the share of the deposits that goes back by it is owed again, and goes into
 * the next payment. Given once more, the same score releases what was confirmed since. Answers the id of the release.
 */
export async function scoreInstitution(context: Context, requestId: string, input: ScoreInput): Promise<string> {
  const identity = staffOf(context)
  const { pool } = identity
  const now = context.now()
  const request = { identity, requestId, operation: 'scoreInstitution', input, now }
  const { id } = await once(context.db, request, async (tx) => {
    const { institution, year, score, document: paper } = readScore(input, now)
    const of = { institution, pool, year }
    const before = await findScore(tx, of)
    if (before !== null && before !== score) throw refusal('SCORED_OTHERWISE', ...SCORED)
    const { kept, open } = await findKept(tx, of)
    if (open) throw refusal('STATEMENTS_OPEN', ...OPEN)
    if (kept <= 0n) throw refusal('NOTHING_KEPT', ...NOTHING)
    const share = shareOf(context.clearing.depositOf(pool), score)
    const amount = portion(kept, share)
    const releaseId = context.newId(now)
    const given = { path: 'input.document', by: `score:${releaseId}`, at: now, pool, institution, isOwn: false }
    const document = await usePaper(tx, paper, given)
    const release = {
      id: releaseId,
      ...of,
      score,
      share,
      kept,
      amount,
      settled: ZERO,
      reason: null,
      correctedBy: null,
      state: amount === 0n ? ('PAID' as const) : ('OPEN' as const),
      document,
      scoredBy: callerOf(identity),
      at: now,
    }
    await addRelease(tx, release)
    const posting = {
      groupId: context.newId(now),
      kind: 'RELEASE' as const,
      source: release.id,
      pool,
      institution,
      amount,
      at: now,
    }
    await postClearing(tx, posting, releaseEntries(of, amount))
    return { id: release.id }
  })
  return id
}

const SCORED = [
  '该年度已有不同的评分；如原评分录入有误，请以 correctScore 更正',
  'the year was given another score; when that was entered wrongly, correct it by correctScore',
] as const
export const OPEN = ['该年度尚有未确认的清算申请', 'a statement of the year is not confirmed yet'] as const
export const NOTHING = ['该年度没有可返还的保证金', 'nothing that was kept of the year is left to go back'] as const

export const refusal = (code: string, zh: string, en: string): NotAllowed =>
  NotAllowed.at('input.year', code, { zh, en })
