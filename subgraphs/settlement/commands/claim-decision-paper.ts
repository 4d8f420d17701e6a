import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { canonicalDigest } from '@yibao/drizzle/digest'
import { once } from '@yibao/drizzle/once'
import { print, PrinterBusy } from '@yibao/paper/print'
import { codeOf, readCode } from '@yibao/schema/paper-code'
import { Busy } from '@yibao/schema/rejection'
import { lookupHash, type Secrets } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import {
  contentOf,
  decisionPaper,
  isDecidedClaim,
  noPaper,
  notDecided,
  type CheckedPaper,
  type DecisionContent,
  type DecisionPaper,
} from '../domain/claim-decision-paper.ts'
import { maskedName } from '../domain/receipt.ts'
import { findPersonName } from '../store/claim-account.ts'
import { addDecisionPaper, findDecisionPaper, findPaperByCode, isStanding } from '../store/claim-decision-paper.ts'
import { findLastDecision, listLineReviews } from '../store/claim-review.ts'
import { findSettlements } from '../store/settlements.ts'
import { findWritableClaim } from './claim-account.ts'
import { appealUntil } from './claim-settled.ts'

/** The code of a paper, made from the id of the decision under the platform's key, so that it can be printed again. */
export const decisionCode = ({ lookupKey }: Pick<Secrets, 'lookupKey'>, decisionId: string): string =>
  codeOf(createHmac('sha256', lookupKey).update(`claim decision\n${decisionId}`).digest())

const codeHash = (secrets: Secrets, code: string): Buffer => lookupHash(secrets, 'claim-decision', code)
const hashOf = (content: DecisionContent): Buffer =>
  createHash('sha256').update(canonicalDigest('claim decision', content)).digest()

/**
 * Puts the decision about a claim on paper, for the person or the agency; the same decision is the same paper. Answers the id
 * of the decision.
 */
export async function issueClaimDecision(
  context: Context,
  requestId: string,
  input: { readonly claim: string },
): Promise<string> {
  const { db, identity, secrets } = context
  assert(identity !== null, 'the schema lets nobody in who has not signed in')
  const at = context.now()
  const request = { identity, requestId, operation: 'issueClaimDecision', input, now: at }
  const { id } = await once(db, request, async (tx) => {
    const claim = await findWritableClaim(tx, identity, input.claim, 'claim')
    const decision = isDecidedClaim(claim) ? await findLastDecision(tx, claim) : null
    if (decision === null || decision.confirmedAt === null) throw notDecided()
    if ((await findDecisionPaper(tx, decision.id)) !== null) return { id: decision.id }
    const [settlement = null] = claim.settlementId === null ? [] : await findSettlements(tx, [claim.settlementId])
    const name = settlement?.personName ?? (await findPersonName(tx, claim.insuredId)) ?? ''
    const content = contentOf(claim, {
      decision: { ...decision, words: decision.words ?? null },
      reviews: await listLineReviews(tx, [claim.id]),
      settlement,
      nameMasked: maskedName(name),
      appealUntil: appealUntil(claim, decision.confirmedAt),
      at,
    })
    await addDecisionPaper(tx, {
      decisionId: decision.id,
      insuredId: claim.insuredId,
      claimId: claim.id,
      content,
      contentHash: hashOf(content),
      codeHash: codeHash(secrets, decisionCode(secrets, decision.id)),
      issuedAt: at,
    })
    return { id: decision.id }
  })
  return id
}

/** What the paper with this code says, to whoever holds it, and whether the decision still stands. */
export async function verifyClaimDecision(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  text: string,
): Promise<CheckedPaper> {
  const code = readCode(text)
  const found = code === null ? null : await findPaperByCode(db.orm, codeHash(secrets, code))
  if (found === null) throw noPaper()
  assert(hashOf(found.content).equals(found.contentHash), 'a paper says what it said when it was issued')
  return { ...found, stands: await isStanding(db.orm, found) }
}

/** A decision on paper, as PDF; the same bytes each time. Throws Busy while too many are printed. */
export async function printDecision(
  { db, secrets }: Pick<Context, 'db' | 'secrets'>,
  { decisionId, insuredId, content, contentHash, issuedAt }: DecisionPaper,
): Promise<Uint8Array> {
  const name = (await findPersonName(db.orm, insuredId)) ?? content.nameMasked
  const printed = { name, code: decisionCode(secrets, decisionId), contentHash: contentHash.toString('hex') }
  // To the second, as PDF says it.
  const at = Math.floor(issuedAt.epochMilliseconds / 1000) * 1000
  return print({ ...decisionPaper(content, printed), at }).catch((error: unknown) => {
    throw error instanceof PrinterBusy ? Busy.of() : error
  })
}
