import type { Context } from '../context.ts'
import type { Claim, ClaimPaper } from '../domain/claim.ts'
import { askedPapers, readSupplied, requireState, type SuppliedInput } from '../domain/claim-review.ts'
import { Fields, isGiven, type Maybe } from '../domain/fields.ts'
import { listClaimEvents, stepClaim } from '../store/claim.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { dueOf, goOnWithClaimClock, stopClaimClock } from './claim-clock.ts'
import { said } from './claim-decision.ts'
import { useClaimPapers } from './claim-papers.ts'
import { precheckNow } from './claim-precheck.ts'
import { CLAIM_ID, stepOf, type ClaimAsked } from './claim-step.ts'
import { tellClaimStaff } from './claim-tell.ts'

interface SupplyAsked extends ClaimAsked {
  readonly papers: readonly SuppliedInput[]
  readonly note?: Maybe<string>
}

/** Brings the papers that were asked for: the claim goes back to the same reviewer, and the clock of the agency goes on. */
export async function supplyClaim(context: Context, asked: SupplyAsked): Promise<string> {
  const id = await stepOf(context, 'supplyClaim', asked, async ({ tx, claim, by, at }) => {
    requireState(claim, ['RETURNED'], CLAIM_ID)
    const wanted = askedPapers(await listClaimEvents(tx, [claim.id]))
    const papers = readSupplied(asked.papers, wanted, (kind) => mayPromise(claim, kind))
    const note = readNote(asked.note)
    const supplied = await stepClaim(tx, claim, {
      to: 'SUBMITTED',
      path: CLAIM_ID,
      kind: 'SUPPLIED',
      at,
      by,
      ...(note !== null && { words: said(note) }),
      data: { papers: papers.map(({ kind }) => kind) },
      set: { precheck: null, content: { ...claim.content, papers: [...(claim.content.papers ?? []), ...papers] } },
    })
    await useClaimPapers(tx, claim, papers, { at, path: 'papers' })
    await stopClaimClock(tx, claim, 'SUPPLEMENT', at)
    const clock = await goOnWithClaimClock(tx, claim, 'DECISION', at)
    await tellClaimStaff(tx, supplied, { template: 'supplied', at, data: dueOf(clock) })
  })
  await precheckNow(context, id)
  return id
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
