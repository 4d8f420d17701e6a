import { sqlState } from '@yibao/drizzle/once'
import { Rejection } from '@yibao/schema/rejection'
import { createContext, type Context, type Services } from '../context.ts'
import { ClaimChanged, type Claim } from '../domain/claim.ts'
import { whyNotPlain, type Precheck, type Prechecked } from '../domain/claim-precheck.ts'
import { BY_RULE } from '../domain/claim-review.ts'
import { settledDirectly } from '../domain/claim-refusals.ts'
import { findClaim, stepClaim } from '../store/claim.ts'
import { findUnchecked, savePrecheck } from '../store/claim-precheck.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { findingOfBeside, listBeside } from './claim-beside.ts'
import { decideClaim, openClaim, readClaimFacts } from './claim-bill.ts'
import { isRegistered } from './claim-case.ts'
import { dueOfClaim } from './claim-clock.ts'
import { CLAIM_ID } from './claim-step.ts'
import { tellClaimant } from './claim-tell.ts'
import { findingsOfTwice } from './claim-twice.ts'

const BATCH = 50

/** Looks at every claim that nobody has looked at yet. One that fails does not hold up the others. */
export async function precheckClaims(services: Services): Promise<void> {
  const ids = await findUnchecked(services.db.orm, BATCH)
  const failures: unknown[] = []
  for (const id of ids) await precheckClaim(services, id).catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} claims were not looked at`)
}

/** Looks at a claim that was just submitted or supplied; what cannot be looked at now the worker looks at. */
export const precheckNow = (context: Context, id: string): Promise<void> =>
  precheckClaim(context, id).catch((error: unknown) => {
    context.logger?.warn({ err: error, claim: id }, 'a claim is looked at later')
  })

/**
 * Looks at a claim with the rules of audit, as at the bill it stands for, and notes what was found for the reviewer. A plain one
 * is accepted by rule. Whoever changes the claim meanwhile is right; it is looked at again if it still waits.
 */
export async function precheckClaim(services: Services, id: string): Promise<void> {
  const context = createContext(services, null, `claim-${id}`)
  const claim = await findClaim(context.db.orm, id)
  if (claim === null || claim.state !== 'SUBMITTED') return
  const found = await look(context, claim)
  const { upTo } = claimRulesOf(claim.pool).autoAccept
  const because = whyNotPlain(claim, found, { upTo, isRegistered: await isRegistered(context.db.orm, claim) })
  try {
    await keep(context, claim, { ...found, because })
  } catch (error) {
    if (!(error instanceof ClaimChanged) && !['40001', '40P01'].includes(sqlState(error) ?? '')) throw error
  }
}

async function look(context: Context, claim: Claim): Promise<Precheck> {
  try {
    // A line without a code is for the reviewer to map; that it could be in scope is enough to look at the others.
    const opened = await openClaim(context, claim, { reviews: [], isEstimate: true, by: BY_RULE })
    const facts = await readClaimFacts(context, opened, null)
    const { settling } = await decideClaim(context, opened, facts, null)
    const besides = await listBeside(context.db.orm, claim, facts.records)
    const same = besides.find(({ isSame }) => isSame)
    if (same !== undefined) throw settledDirectly(same.settlementId)
    const findings = settling.settlement.findings.map(({ rule, name, action, lines, text }) => ({
      rule,
      name,
      action,
      lines,
      text,
    }))
    const others = await findingsOfTwice(context.db.orm, claim, facts.records)
    return { findings: [...besides.map(findingOfBeside), ...others, ...findings], refusal: null }
  } catch (refusal) {
    if (!(refusal instanceof Rejection) || refusal.retryable) throw refusal
    return { findings: [], refusal: { code: refusal.code, text: refusal.text } }
  }
}

const keep = (context: Context, claim: Claim, found: Omit<Prechecked, 'at'>): Promise<void> =>
  context.db.orm.transaction(async (tx) => {
    const at = context.now()
    const isKept = await savePrecheck(tx, claim, { ...found, at: at.toString() })
    if (!isKept || found.because.length > 0) return
    const set = { acceptedAt: at }
    const accepted = await stepClaim(tx, claim, {
      to: 'ACCEPTED',
      path: CLAIM_ID,
      kind: 'ACCEPTED',
      at,
      by: BY_RULE,
      set,
    })
    await tellClaimant(tx, accepted, { template: 'accepted', at, data: await dueOfClaim(tx, claim) })
  }, 'serializable')
