import type { Tx } from '@yibao/drizzle/connect'
import { InvalidInput } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Claim, ClaimPaper, ClaimPaperGiven } from '../domain/claim.ts'
import type { Condition } from '../domain/claim-condition.ts'
import { correctionOf, rewritten, staleSerials } from '../domain/claim-correction.ts'
import { requireNotReviewed } from '../domain/claim-duty.ts'
import type { ClaimInput } from '../domain/claim-input.ts'
import { askedPapers, readSupplied, requireState, type SuppliedInput } from '../domain/claim-review.ts'
import { Fields, isGiven, type Maybe } from '../domain/fields.ts'
import { listClaimEvents, stepClaim, stepsBy } from '../store/claim.ts'
import { freeBill } from '../store/claim-keys.ts'
import { dropLineReviews } from '../store/claim-review.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { readAreas, withDisease, type AreaOf } from './claim-case.ts'
import { dueOf, goOnWithClaimClock, stopClaimClock } from './claim-clock.ts'
import { said } from './claim-decision.ts'
import { givenOnline } from './claim-given-online.ts'
import { useClaimPapers } from './claim-papers.ts'
import { precheckNow } from './claim-precheck.ts'
import { CLAIM_ID, stepOf, type ClaimAsked } from './claim-step.ts'
import { tellClaimStaff } from './claim-tell.ts'
import { checkClaim, hold, policyOf } from './claim-whole.ts'

interface SupplyAsked extends ClaimAsked {
  readonly papers: readonly SuppliedInput[]
  readonly note?: Maybe<string>
  /** What is claimed, written anew; as it was when left out. */
  readonly input?: Maybe<ClaimInput>
}

/**
 * Brings the papers that were asked for, and what is claimed as it reads once it was put right: the claim goes back to the same
 * reviewer, and the clock of the agency goes on.
 */
export async function supplyClaim(context: Context, asked: SupplyAsked): Promise<string> {
  const { input } = asked
  const areaOf = await readAreas(context)
  const policy = input == null ? null : await policyOf(context, asked, (claim) => rewritten(claim, input).content)
  const id = await stepOf(context, 'supplyClaim', asked, async ({ tx, claim, by, at }) => {
    requireState(claim, ['RETURNED'], CLAIM_ID)
    requireNotReviewed(await stepsBy(tx, claim, by), CLAIM_ID)
    const history = await listClaimEvents(tx, [claim.id])
    const online = await givenOnline(tx, input == null ? claim : { ...claim, ...rewritten(claim, input) }, history)
    const wanted = askedPapers(history).filter((kind) => !online.has(kind))
    const papers = readSupplied(asked.papers, wanted, (kind) => mayPromise(claim, kind))
    const note = readNote(asked.note)
    const whole = withPapers(claim, papers)
    const anew = input == null ? null : await writeAnew(tx, claim, { whole, input, areaOf, policy, now: at })
    const supplied = await stepClaim(tx, claim, {
      to: 'SUBMITTED',
      path: CLAIM_ID,
      kind: 'SUPPLIED',
      at,
      by,
      ...(note !== null && { words: said(note) }),
      data: { papers: papers.map(({ kind }) => kind), ...anew?.data },
      set: { precheck: null, ...(anew?.set ?? { content: whole.content }) },
    })
    await useClaimPapers(tx, claim, papers, { at, path: 'papers' })
    await stopClaimClock(tx, claim, 'SUPPLEMENT', at)
    const clock = await goOnWithClaimClock(tx, claim, 'DECISION', at)
    await tellClaimStaff(tx, supplied, { template: 'supplied', at, data: dueOf(clock) })
  })
  await precheckNow(context, id)
  return id
}

const withPapers = (claim: Claim, papers: readonly ClaimPaperGiven[]): Claim => ({
  ...claim,
  content: { ...claim.content, papers: [...(claim.content.papers ?? []), ...papers] },
})

interface Anew {
  /** The claim with the papers that are brought. */
  readonly whole: Claim
  readonly input: ClaimInput
  readonly areaOf: AreaOf
  readonly policy: Condition | null
  readonly now: Temporal.Instant
}

/**
 * Checks what is claimed anew as it was when it was submitted, and holds its invoices and its visit instead of those that were
 * written before. What a reviewer said of lines that read otherwise now is gone.
 */
async function writeAnew(tx: Tx, claim: Claim, { whole: before, input, areaOf, policy, now }: Anew) {
  const draft = await withDisease(tx, { ...before, ...rewritten(before, input) })
  await freeBill(tx, claim)
  const at = claim.submittedAt ?? claim.openedAt
  const days = { at, now }
  const {
    claim: after,
    facts,
    kind,
    whole,
  } = await checkClaim(tx, draft, { areaOf, policy, ...days, prefix: 'input.' })
  if (facts.pool !== claim.pool)
    throw InvalidInput.of([{ path: 'input.begin', code: 'OTHER_POOL', message: OTHER_POOL }])
  await hold(tx, after, whole)
  await dropLineReviews(tx, claim, staleSerials(claim.content.lines ?? [], after.content.lines))
  const { content, cause } = after
  return { set: { content, cause, kind: kind.code }, data: correctionOf(claim.content, content) }
}

const OTHER_POOL = {
  zh: '该日由其他统筹区参保，须撤回后另行申请',
  en: 'was covered by another pool: withdraw the claim and make another',
}

/** Whether the pool takes a promise in place of such a paper, of whatever claim. */
function mayPromise({ pool }: Claim, paper: ClaimPaper): boolean {
  const { kinds, morePapers } = claimRulesOf(pool)
  const rules = [...kinds.flatMap(({ papers }) => papers), ...morePapers]
  return rules.some(({ kind, need }) => kind === paper && need === 'OR_PROMISE')
}

function readNote(note: Maybe<string>): string | null {
  if (!isGiven(note)) return null
  const fields = new Fields()
  const read = fields.words('note', note, { max: 500 })
  fields.check()
  return read
}
