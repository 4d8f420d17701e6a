import { findDocument, useDocument } from '@yibao/documents/document'
import type { Tx } from '@yibao/drizzle/connect'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Claim, ClaimState } from '../domain/claim.ts'
import { requireUninvolved } from '../domain/claim-duty.ts'
import { paymentUnderWay } from '../domain/claim-payment.ts'
import { readClaimWords, requireAppealable, requireState } from '../domain/claim-review.ts'
import { stepClaim, stepsBy } from '../store/claim.ts'
import { isWithBank } from '../store/claim-payment.ts'
import { addAppeal, decideAppeal, findLastDecision, findOpenAppeal, listAppeals } from '../store/claim-review.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { findRecords } from '../store/own-records.ts'
import { dueOf, startClaimClock, stopClaimClock } from './claim-clock.ts'
import { said } from './claim-decision.ts'
import { holdAgain } from './claim-hold-again.ts'
import { appealUntil } from './claim-settled.ts'
import { CLAIM_ID, stepOf, type ClaimAsked, type ClaimStepping } from './claim-step.ts'
import { takeBackSettlement } from './claim-take-back.ts'
import { tellClaimant, tellClaimStaff } from './claim-tell.ts'

interface AppealAsked extends ClaimAsked {
  readonly words: string
  readonly documents?: readonly string[] | null | undefined
}

/** What papers in support are uploaded for. */
const PURPOSE = 'CLAIM'
const DOCUMENTS_MAX = 20

/** Says that a claim was decided wrongly: once against each decision, within the time. Answers the id of the claim. */
export const appealClaim = (context: Context, asked: AppealAsked): Promise<string> =>
  stepOf(context, 'appealClaim', asked, async ({ tx, claim, by, at }) => {
    const decision = await findLastDecision(tx, claim)
    const until = decision?.confirmedAt == null ? null : appealUntil(claim, decision.confirmedAt)
    requireAppealable(claim, until, dayOf(at))
    const words = readClaimWords('words', asked.words)
    if ((await listAppeals(tx, [claim.id])).some(({ decisionId }) => decisionId === (decision?.id ?? null))) {
      throw NotAllowed.at(CLAIM_ID, 'APPEALED_ALREADY', {
        zh: '该结论已申诉过',
        en: 'the decision was appealed against before',
      })
    }
    const id = newId()
    const documents = await useSupport(tx, claim, asked.documents ?? [], { by: `claim-appeal:${id}`, at })
    const appealed = await stepClaim(tx, claim, { path: CLAIM_ID, kind: 'APPEALED', at, by, words: said(words) })
    await addAppeal(tx, {
      id,
      insuredId: claim.insuredId,
      claimId: claim.id,
      decisionId: decision?.id ?? null,
      words,
      documents,
      state: 'OPEN',
      openedBy: by,
      openedAt: at,
    })
    const { workingDays: days } = claimRulesOf(claim.pool).appealDecision
    const data = dueOf(await startClaimClock(tx, claim, { kind: 'APPEAL', days, at }))
    await tellClaimant(tx, appealed, { template: 'appealed', at, data })
    await tellClaimStaff(tx, appealed, { template: 'appeal-waiting', at, data })
  })

/** Binds papers in support to the appeal. @throws InvalidInput naming those that are not there, or not of this person */
async function useSupport(
  tx: Tx,
  { insuredId }: Claim,
  documents: readonly string[],
  used: { readonly by: string; readonly at: Temporal.Instant },
): Promise<string[]> {
  const problems: Problem[] = []
  const miss = (path: string, code: string, zh: string, en: string) =>
    problems.push({ path, code, message: { zh, en } })
  if (documents.length > DOCUMENTS_MAX)
    miss('documents', 'TOO_MANY', `最多 ${DOCUMENTS_MAX} 份`, `takes at most ${DOCUMENTS_MAX}`)
  InvalidInput.throwIf(problems)
  const records = await findRecords(tx, insuredId)
  const ids = [...new Set(documents.map((one) => one.toLowerCase()))]
  for (const [i, documentId] of ids.entries()) {
    const row = uuidFault(documentId) === null ? await findDocument(tx, documentId) : null
    const isOwn = row?.insuredId != null && records.includes(row.insuredId)
    if (!isOwn || !(await useDocument(tx, { documentId, purpose: PURPOSE, ...used })))
      miss(`documents[${i}]`, 'NOT_FOUND', '未找到该材料', 'is no stored document of this person')
  }
  InvalidInput.throwIf(problems)
  return ids
}

interface DecideAsked extends ClaimAsked {
  readonly upheld: boolean
  readonly answer: string
}

/**
 * Answers an appeal, by somebody who took no part in what was decided. Dismissed, the decision stands; upheld, what was settled
 * is taken back and the claim is reviewed anew, once the bank has nothing of it under way. Answers the id of the claim.
 */
export const decideClaimAppeal = (context: Context, asked: DecideAsked): Promise<string> =>
  stepOf(context, 'decideClaimAppeal', asked, async (stepping) => {
    const { tx, claim, by, at } = stepping
    const open = await findOpenAppeal(tx, claim)
    if (open === null) {
      throw NotAllowed.at(CLAIM_ID, 'NO_OPEN_APPEAL', { zh: '没有待答复的申诉', en: 'has no appeal to answer' })
    }
    requireUninvolved(await stepsBy(tx, claim, by), CLAIM_ID)
    const answer = readClaimWords('answer', asked.answer)
    await decideAppeal(tx, open.id, {
      state: asked.upheld ? 'UPHELD' : 'DISMISSED',
      answer,
      decidedBy: by,
      decidedAt: at,
    })
    await stopClaimClock(tx, claim, 'APPEAL', at)
    await (asked.upheld ? reviewAnew(context, stepping, { ...UPHELD, words: answer }) : dismiss(stepping, answer))
  })

async function dismiss({ tx, claim, by, at }: ClaimStepping, answer: string): Promise<void> {
  const step = { path: CLAIM_ID, kind: 'APPEAL_DISMISSED', at, by, words: said(answer) }
  await tellClaimant(tx, await stepClaim(tx, claim, step), { template: 'appeal-dismissed', at })
}

/** Why a claim is decided anew. */
interface Anew {
  /** The states it may be in. */
  readonly from: readonly ClaimState[]
  readonly kind: 'APPEAL_UPHELD' | 'RECONSIDERED'
  /** By which the person is told. */
  readonly template: string
  readonly words: string
}

const UPHELD = {
  from: ['NOT_ACCEPTED', 'REJECTED', 'APPROVED', 'PAYMENT_RETURNED', 'PAID'],
  kind: 'APPEAL_UPHELD',
  template: 'appeal-upheld',
} as const

/** Takes back what was settled, and lets the claim be reviewed anew. @throws NotAllowed while the bank has something of it under way */
export async function reviewAnew(
  context: Context,
  { tx, claim, by, at }: ClaimStepping,
  { from, kind, template, words }: Anew,
): Promise<void> {
  if (await isWithBank(tx, claim.id)) throw paymentUnderWay(CLAIM_ID)
  requireState(claim, from, CLAIM_ID)
  await holdAgain(tx, claim, at)
  const { set, reckonedOn } = await takeBackSettlement(tx, context, claim)
  const anew = await stepClaim(tx, claim, {
    to: 'ACCEPTED',
    path: CLAIM_ID,
    kind,
    at,
    by,
    words: said(words),
    ...(reckonedOn.length > 0 && { data: { reckonedOn } }),
    // Somebody else looks at it than who decided it.
    set: { ...set, acceptedAt: claim.acceptedAt ?? at, assignee: null, decidedAt: null },
  })
  const { workingDays: days } = claimRulesOf(claim.pool).decision
  const data = dueOf(await startClaimClock(tx, claim, { kind: 'DECISION', days, at }))
  await tellClaimant(tx, anew, { template, at, data })
  const [settlement] = reckonedOn
  if (settlement === undefined) return
  // Only whoever settled them can take them back, and settle them again.
  const bills = String(reckonedOn.length)
  await tellClaimStaff(tx, anew, { template: 'reckoned-on', at, data: { settlement, bills } })
}
