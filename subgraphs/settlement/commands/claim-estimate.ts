import assert from 'node:assert/strict'
import { dayOf } from '@yibao/schema/dates'
import { fenOf, sum, ZERO, type Fen } from '@yibao/schema/money'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import { owedBy, type ClaimToSettle } from '../domain/claim-bill.ts'
import { checkDays, checkPlace } from '../domain/claim-check.ts'
import { chooseEnrolment } from '../domain/claim-enrolment.ts'
import { readDraft, type ClaimInput } from '../domain/claim-input.ts'
import { claimNotFound, type Claim } from '../domain/claim.ts'
import type { ClaimLineReview } from '../domain/claim-review.ts'
import { isSaidDesignated } from '../domain/claim-place.ts'
import { LEVEL_UNKNOWN, levelOfClaim } from '../domain/claim-resolve.ts'
import { explain, type Explanation } from '../domain/explain.ts'
import { Fields, type Maybe } from '../domain/fields.ts'
import type { Settlement } from '../domain/settlement.ts'
import type { Level } from '../domain/split-input.ts'
import type { PayerSplit } from '../domain/split-result.ts'
import { split } from '../domain/split.ts'
import { findClaimEnrolments } from '../store/claim-facts.ts'
import { listLineReviews } from '../store/claim-review.ts'
import { decideClaim, openClaim, readClaimFacts, type OpenedClaim } from './claim-bill.ts'
import { withDisease } from './claim-case.ts'
import { claimantOf, insuredOf, requireOfPool } from './claim-draft.ts'

/** What a claim may come to, reckoned as its settlement would be now; nothing is kept. */
export interface ClaimEstimate {
  readonly settlement: Settlement
  /** What the person would be paid. */
  readonly owed: Fen
  readonly payers: readonly PayerSplit[]
  readonly explanation: Explanation
  /** Lines of which nothing is known: taken as in scope whole. */
  readonly takenWhole: { readonly serials: readonly string[]; readonly amount: Fen }
  /** The level the institution was taken for, because nobody knows it or only the claimant says it; null where it is known. */
  readonly levelTaken: Level | null
  /** The institution was taken for a designated one, which only the claimant says. */
  readonly isDesignatedTaken: boolean
}

export interface EstimateAsked {
  /** A claim that is there; else `input` says what is to be claimed. */
  readonly claimId?: Maybe<string>
  readonly insuredId?: Maybe<string>
  readonly input?: Maybe<ClaimInput>
}

/** Says what a claim may come to. Throws what settling it would be refused for. */
export async function estimateClaim(context: Context, asked: EstimateAsked): Promise<ClaimEstimate> {
  const { claimId, input } = asked
  if ((claimId == null) === (input == null)) {
    const message = { zh: 'claimId 与 input 须填且只填一项', en: 'give claimId or input, one of them' }
    throw InvalidInput.of([{ path: 'input', code: 'ONE_OF', message }])
  }
  if (input != null) return estimate(context, await draftOf(context, asked, input), [])
  const claim = uuidFault(claimId ?? '') === null ? await context.load.claim.load(claimId ?? '') : null
  if (claim === null) throw claimNotFound('claimId')
  checkWhere(context, claim.content)
  const reviews = isDecided(claim) ? await listLineReviews(context.db.orm, [claim.id]) : []
  return estimate(context, await withDisease(context.db.orm, claim), reviews)
}

/** What reviewers say is kept from the person until it is decided. */
const isDecided = ({ state }: Claim): boolean =>
  ['SETTLING', 'APPROVED', 'PAYING', 'PAYMENT_RETURNED', 'PAID'].includes(state)

/** A claim of what is written, under the insurance of the day of care. */
async function draftOf(
  context: Context,
  { insuredId: named }: EstimateAsked,
  input: ClaimInput,
): Promise<OpenedClaim['claim']> {
  const identity = claimantOf(context)
  const { content, insuranceType } = readDraft(input)
  const { place, begin } = checkWhere(context, content)
  const insuredId = insuredOf(identity, named)
  const tx = context.db.orm
  await requireOfPool(tx, identity, insuredId)
  const chosen = chooseEnrolment(await findClaimEnrolments(tx, insuredId), { day: begin, insuranceType })
  const { pool } = chosen
  const id = context.newId(context.now())
  const claim = { insuredId, id, number: id.slice(0, 30), pool, insuranceType: chosen.insuranceType }
  return withDisease(tx, { ...claim, content: { ...content, place } })
}

/** Where and when the care was, without which nothing can be said. Throws InvalidInput. */
function checkWhere(context: Context, content: Claim['content']) {
  const fields = new Fields([], 'input.')
  const place = checkPlace(fields.within('place'), content.place)
  const { begin } = checkDays(fields, content, dayOf(context.now()))
  fields.check()
  return { place, begin }
}

async function estimate(
  context: Context,
  claim: OpenedClaim['claim'] & ClaimToSettle,
  reviews: readonly ClaimLineReview[],
): Promise<ClaimEstimate> {
  context.noteRead(claim.insuredId, 'claimEstimate')
  const opened = await openClaim(context, claim, { reviews, isEstimate: true, by: '' })
  const facts = await readClaimFacts(context, opened, null)
  const { settlement, lines } = (await decideClaim(context, opened, facts, null)).settling
  assert(settlement.input !== null, 'what is decided has its input')
  const { list } = await context.policies.get(facts.policyVersion)
  const result = split(settlement.input, list)
  const unknown = lines.filter(({ listType }) => listType === '')
  return {
    settlement,
    owed: owedBy(settlement),
    payers: result.payers,
    explanation: explain(settlement.input, result, list),
    takenWhole: { serials: unknown.map((one) => one.serial), amount: sum(unknown.map((one) => one.amount)) },
    levelTaken: isLevelKnown(opened.bill, facts) ? null : LEVEL_UNKNOWN,
    isDesignatedTaken: facts.agreements.length === 0 && isSaidDesignated(claim.content.place),
  }
}

function isLevelKnown(bill: Bill, { agreements }: Parameters<typeof decideClaim>[2]): boolean {
  const { claim } = bill
  return claim !== undefined && levelOfClaim({ ...bill, claim }, agreements, dayOf(bill.end).toString()) !== null
}

/** What is left under a cap before this claim. */
export const leftUnder = ({ cap }: PayerSplit): Fen | null =>
  cap === null ? null : cap.used < cap.amount ? fenOf(cap.amount - cap.used) : ZERO
