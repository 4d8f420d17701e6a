import type { Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { parseYuan, ZERO } from '@yibao/schema/money'
import { InvalidInput, NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { careKindOf } from '../domain/care-type.ts'
import { claimNotFound, type Claim, type ClaimContent } from '../domain/claim.ts'
import { hasKnownVisit, keysOfClaim } from '../domain/claim-bill.ts'
import { checkWhole, type WholeClaim } from '../domain/claim-check.ts'
import { claimKindOf, conditionsOf, type ClaimFacts, type Condition } from '../domain/claim-condition.ts'
import { conditionsNotMet, invoiceTaken, papersMissing, settledDirectly, visitTaken } from '../domain/claim-refusals.ts'
import type { ClaimKind } from '../domain/claim-rules.ts'
import { Fields } from '../domain/fields.ts'
import { findPersonName } from '../store/claim-account.ts'
import { isCertified } from '../store/claim-certificate.ts'
import { isOwnFiling } from '../store/claim-facts.ts'
import { findBillHolder, findInvoiceHolder, holdKeys } from '../store/claim-keys.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { findRecords } from '../store/own-records.ts'
import { raiseVersion } from '../store/prescriptions.ts'
import { listBeside } from './claim-beside.ts'
import { caseOfClaim, knownPlace, readAreas, readClaimFacts, type AreaOf } from './claim-case.ts'
import { checklistOf, isGiven } from './claim-conditions.ts'
import { policyCondition } from './claim-policy.ts'
import { refuseTwice } from './claim-twice.ts'

/** A claim in which everything is in order, as it is kept. */
export interface CheckedClaim {
  readonly claim: Claim & { readonly content: ClaimContent }
  readonly whole: WholeClaim
  readonly facts: ClaimFacts
  readonly kind: ClaimKind
}

interface Checking {
  readonly areaOf: AreaOf
  /** What `policyOf` said of it. */
  readonly policy: Condition | null
  /** When it was submitted: what was in time then is in time. */
  readonly at: Temporal.Instant
  readonly now: Temporal.Instant
  readonly prefix?: string
}

/**
 * Checks what is claimed, whole: its fields, the conditions, filing and papers, and that nothing else has paid for it.
 *
 * @throws InvalidInput for faults of the fields; NotAllowed when a condition is not met, a paper is missing, or it was paid already
 */
export async function checkClaim(
  tx: Tx,
  draft: Claim,
  { areaOf, policy, at, now, prefix = '' }: Checking,
): Promise<CheckedClaim> {
  const name = await findPersonName(tx, draft.insuredId)
  if (name === null) throw claimNotFound('claimId')
  const days = { today: dayOf(at), now: dayOf(now) }
  const whole = checkWhole(draft, { rules: claimRulesOf(draft.pool), name, ...days, prefix })
  const { insuredId, insuranceType } = draft
  const facts = await readClaimFacts(tx, whole.case, { insuredId, insuranceType, areaOf, at })
  requireKnownPlace(whole, facts, prefix)
  const kind = requireConditions(whole, facts, policy)
  await requireOwnFiling(tx, draft, whole)
  await requirePapers(tx, draft, whole, facts)
  await requireUnpaid(tx, draft, whole)
  const place = knownPlace(whole.case, facts.agreements)
  return { claim: { ...draft, pool: facts.pool, content: { ...whole.content, place } }, whole, facts, kind }
}

interface OfVersion {
  readonly claimId: string
  readonly version: number
}

/**
 * What the policy of the pool says of the care of a claim, or of what is written over it, read before the transaction for the same
 * reason as the areas; null for what is no such claim, which the transaction refuses.
 */
export async function policyOf(
  context: Context,
  { claimId, version }: OfVersion,
  written: (claim: Claim) => Partial<ClaimContent> = ({ content }) => content,
): Promise<Condition | null> {
  const found = uuidFault(claimId) === null ? await context.load.claim.load(claimId.toLowerCase()) : null
  if (found === null || found.version !== version) return null
  const at = context.now()
  try {
    const one = caseOfClaim({ content: written(found), cause: found.cause }, dayOf(at))
    const areaOf = await readAreas(context)
    const { insuredId, insuranceType } = found
    const facts = await readClaimFacts(context.db.orm, one, { insuredId, insuranceType, areaOf, at })
    return await policyCondition(context, one, { facts, insuredId })
  } catch (fault) {
    if (fault instanceof InvalidInput || fault instanceof NotAllowed) return null
    throw fault
  }
}

/** A disease that has to be named is missing as well as one that is not registered. */
const isUnmet = ({ blocks, met, code }: Condition): boolean =>
  blocks && (met === false || (met === null && code === 'REGISTERED'))

/** An institution of the province of the insurance is one this platform knows. @throws InvalidInput */
function requireKnownPlace({ content: { place } }: WholeClaim, facts: ClaimFacts, prefix: string): void {
  const isHome = place.division.slice(0, 2) === facts.pool.slice(0, 2)
  if (place.institution === null || !isHome || facts.agreements.length > 0) return
  const fields = new Fields([], prefix)
  fields.within('place').fault('institutionCode', 'UNKNOWN_CODE', {
    zh: '没有该编码的定点医药机构；非定点机构请填写名称和所在地',
    en: 'is no institution of the insurance; name one that is not designated, and where it lies',
  })
  fields.check()
}

function requireConditions(whole: WholeClaim, facts: ClaimFacts, policy: Condition | null): ClaimKind {
  const all = [...conditionsOf(whole.case, facts), ...(policy === null ? [] : [policy])]
  const unmet = all.filter(isUnmet)
  const kind = claimKindOf(whole.case, facts.rules)
  if (unmet.length > 0 || kind === null) throw conditionsNotMet(unmet)
  return kind
}

async function requirePapers(
  tx: Tx,
  claim: Claim,
  { content, case: one }: WholeClaim,
  facts: ClaimFacts,
): Promise<void> {
  const certified = await isCertified(tx, claim, { ...one, employer: facts.employer })
  // Where the money goes can be said until it is paid.
  const missing = checklistOf(one, facts).filter((rule) => !isGiven(rule, content.papers, { certified, account: true }))
  if (missing.length > 0) throw papersMissing(missing.map(({ kind }) => kind))
}

/** A filing that is named is one of the person's that counts. @throws NotFound */
async function requireOwnFiling(tx: Tx, { insuredId }: Claim, { content: { filing } }: WholeClaim): Promise<void> {
  if (filing === null || (await isOwnFiling(tx, await findRecords(tx, insuredId), filing))) return
  throw NotFound.of({ zh: '该异地就医备案', en: 'the filing' }, 'filing')
}

/** Neither another claim, nor a settlement, nor a conversion has paid for it. @throws NotAllowed */
export async function requireUnpaid(tx: Tx, claim: Claim, { content }: WholeClaim): Promise<void> {
  const records = await findRecords(tx, claim.insuredId)
  // A bill that is being decided on what nobody claimed yet is decided again, or was first and is seen here.
  await raiseVersion(tx, records[0] ?? claim.insuredId, claim.openedAt)
  for (const [i, invoice] of content.invoices.entries()) {
    const holder = await findInvoiceHolder(tx, claim, { invoice, institution: content.place.institution, records })
    if (holder === null) continue
    const isOwn = holder.insuredId !== null && records.includes(holder.insuredId)
    throw invoiceTaken(`invoices[${i}].number`, holder.by, isOwn ? holder.claim : null)
  }
  // Of a visit that is named and that nobody knows, and of what only looks alike, a reviewer decides.
  const direct = (await listBeside(tx, { ...claim, content }, records)).find(
    ({ isSame, isAlike }) => isSame || (!isAlike && content.visit === null),
  )
  if (direct !== undefined) throw settledDirectly(direct.settlementId)
  await refuseTwice(tx, { ...claim, content }, records)
  if (content.place.institution === null) return
  const ofBill = content.bill?.invoice ?? null
  if (ofBill !== null) {
    const asked = { invoice: { code: '', number: ofBill }, institution: content.place.institution, records }
    const holder = await findInvoiceHolder(tx, claim, asked)
    if (holder !== null && holder.by !== 'CLAIM') throw invoiceTaken('visit', holder.by, null)
  }
  // Somebody else's claim, or a bill under way.
  if (hasKnownVisit(content) && (await findBillHolder(tx, keysOfClaim(claim, content), claim)) !== null)
    throw visitTaken(null)
}

/** Holds for a claim what nothing else may be paid by while it is alive. */
export async function hold(
  tx: Tx,
  claim: Claim & { readonly content: WholeClaim['content'] },
  one: WholeClaim,
): Promise<void> {
  const { content } = claim
  const { begin, end } = one.case
  await holdKeys(tx, claim, {
    institution: content.place.institution,
    invoices: content.invoices,
    amounts: content.invoices.map(({ amount }) => parseYuan(amount) ?? ZERO),
    billInvoice: content.bill?.invoice ?? null,
    bill: hasKnownVisit(content)
      ? {
          ...keysOfClaim(claim, content),
          begin,
          end,
          careKind: careKindOf(content.careType) ?? 'OUTPATIENT',
          careType: content.careType,
          diagnosis: content.diagnoses[0]?.code ?? null,
        }
      : null,
  })
}
