import type { Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import type { Claim } from '../domain/claim.ts'
import { checkWhole } from '../domain/claim-check.ts'
import { isLive } from '../domain/claim.ts'
import { findPersonName } from '../store/claim-account.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { useClaimPapers } from './claim-papers.ts'
import { hold, requireUnpaid } from './claim-whole.ts'

/**
 * Holds anew what a claim let go of when it ended: its invoices, the bill of its visit, its papers. Nothing for a claim that
 * still holds them. @throws NotAllowed, InvalidInput when something else was paid or claimed by them meanwhile
 */
export async function holdAgain(tx: Tx, claim: Claim, at: Temporal.Instant): Promise<void> {
  if (isLive(claim.state)) return
  const name = (await findPersonName(tx, claim.insuredId)) ?? ''
  // As it was when it was submitted: what was in time then is in time now.
  const today = dayOf(claim.submittedAt ?? at)
  const whole = checkWhole(claim, { rules: claimRulesOf(claim.pool), name, today, now: dayOf(at) })
  await requireUnpaid(tx, claim, whole)
  await useClaimPapers(tx, claim, whole.content.papers, { at, path: 'papers' })
  await hold(tx, { ...claim, content: whole.content }, whole)
}
