import type { Tx } from '@yibao/drizzle/connect'
import { newId } from '@yibao/drizzle/uuid'
import { before, dayOf, parseDay } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'
import { BY_RULE } from '../domain/event.ts'
import { chooseCoverage, type Coverage } from '../domain/coverage.ts'
import { checkTerms, file as decide } from '../domain/file.ts'
import { shareADay, type Filing, type FilingTerms } from '../domain/filing.ts'
import { readFiling, type FilingInput } from '../domain/read-filing.ts'
import { checkUse, type ElectronicReferral } from '../domain/referral.ts'
import { checkReferrer } from '../domain/referrer.ts'
import { replacedBy } from '../domain/review.ts'
import { kindOf, touches, type FilingRules } from '../domain/rules.ts'
import { findCoverage } from '../store/coverage.ts'
import { findDesignations } from '../store/designations.ts'
import { addFiling, findFilingsOf, saveFiling } from '../store/filings.ts'
import { findReferrals, saveReferral } from '../store/referrals.ts'
import type { Rulebook } from '../store/rules.ts'
import { askElsewhere } from './ask-elsewhere.ts'
import { usePapers } from './papers.ts'
import { record, tellStaff } from './record.ts'

export interface FileInput extends FilingInput {
  /** Needed only by whoever is covered in two pools. */
  readonly insuranceType?: string | null | undefined
  /** A confirmed electronic referral, in place of the certificate. */
  readonly referralId?: string | null | undefined
}

/** Who files, and what is known of them. */
export interface Applicant {
  readonly insuredId: string
  readonly actor: string
  readonly coverage: Coverage
  readonly rules: FilingRules
  /** Every filing of theirs there ever was. */
  readonly existing: readonly Filing[]
  readonly at: Temporal.Instant
}

interface Asking {
  readonly insuredId: string
  readonly actor: string
  readonly at: Temporal.Instant
  readonly beginOn?: string | null | undefined
  readonly insuranceType?: string | null | undefined
}

/** Reads what decides about a person's filing: coverage on its first day, the home pool's rules, other filings. */
export async function findApplicant(tx: Tx, rulebook: Rulebook, asking: Asking): Promise<Applicant> {
  const { insuredId, actor, at, beginOn, insuranceType = null } = asking
  const day = parseDay(beginOn ?? '') ?? dayOf(at)
  const coverage = chooseCoverage(await findCoverage(tx, insuredId), { day, insuranceType })
  const existing = await findFilingsOf(tx, insuredId)
  return { insuredId, actor, coverage, rules: rulebook.rulesOf(coverage.pool), existing, at }
}

/**
 * Reads the input of a filing by the rules of the applicant's pool, and checks who referred; `old` is the filing that is
 * changed. @throws InvalidInput, NotAllowed, NotFound
 */
export async function readTerms(tx: Tx, input: FileInput, applicant: Applicant, old?: Filing): Promise<FilingTerms> {
  const { rules, coverage, at } = applicant
  const referred = await findReferred(tx, input, applicant)
  const problems: Problem[] = []
  const given = referred === null ? input : { ...input, ...certificateOf(referred) }
  const read = readFiling(given, { rules, today: dayOf(at) }, problems)
  InvalidInput.throwIf(problems)
  const terms = { ...read, referralId: referred?.id ?? null }
  if (referred !== null) {
    const using = applicant.existing.find(({ id }) => id === referred.usedBy)
    const isFree = using !== undefined && (using.id === old?.id || ['REFUSED', 'WITHDRAWN'].includes(using.stage))
    checkUse(referred, { destination: terms.destination, today: dayOf(at), isFree })
  }
  // Of a hospital of another province home has checked what is said of it when it was told.
  if (terms.referral !== null && (referred?.insuredPool ?? null) === null) {
    const designations = await findDesignations(tx, terms.referral.institution)
    checkReferrer(terms.referral, { designations, pool: coverage.pool, rules })
  }
  return terms
}

/** The referral a filing names, when it is the person's own. @throws NotFound, InvalidInput */
async function findReferred(tx: Tx, { referralId, referral, type, evidence }: FileInput, { insuredId }: Applicant) {
  if (!referralId && evidence === 'ELECTRONIC_REFERRAL') {
    const message = { zh: '须注明电子转诊单', en: 'is needed: the electronic referral' }
    throw InvalidInput.of([{ path: 'referralId', code: 'MISSING', message }])
  }
  if (!referralId) return null
  if (referral || type !== 'REFERRAL') {
    const message = { zh: '仅用于转诊备案，且与转诊证明二选一', en: 'is for referrals, in place of a certificate' }
    throw InvalidInput.of([{ path: 'referralId', code: 'NOT_APPLICABLE', message }])
  }
  const [found] = uuidFault(referralId) === null ? await findReferrals(tx, [referralId]) : []
  if (found?.insuredId !== insuredId) throw NotFound.of({ zh: '该转诊单', en: 'the referral' }, 'referralId')
  return found
}

const certificateOf = ({ institution, issuedOn }: ElectronicReferral) => ({
  evidence: 'ELECTRONIC_REFERRAL' as const,
  referral: { institution, issuedOn: issuedOn.toString() },
})

/** Files what was decided: in force at once where the rules let it, else into the queue of whoever is next. */
export async function place(
  tx: Tx,
  terms: FilingTerms,
  applicant: Applicant,
  replaces?: { readonly id: string; readonly extensions: number },
): Promise<Filing> {
  const { insuredId, coverage, rules, actor, at } = applicant
  const existing = applicant.existing.filter((one) => one.id !== replaces?.id)
  const filing = decide(terms, {
    id: newId(),
    insuredId,
    coverage,
    rules,
    existing,
    now: at,
    ...(replaces && { replaces }),
  })

  await endReplaced(tx, filing, applicant)
  await addFiling(tx, filing)
  await usePapers(tx, filing, at)
  await useReferral(tx, filing)
  await record(tx, filing, { action: 'FILED', actor, at })
  if (filing.stage === 'CONFIRMED') await tellConfirmed(tx, filing, { rules, actor: BY_RULE, at })
  if (filing.stage === 'AWAITING_CERTIFICATION' && filing.certifier !== null) {
    await tellStaff(tx, filing, filing.certifier, 'filing.to-certify', at)
    await askElsewhere(tx, filing, at)
  }
  return filing
}

async function useReferral(tx: Tx, { id, referralId }: Filing): Promise<void> {
  const [referral] = referralId === null ? [] : await findReferrals(tx, [referralId])
  if (referral !== undefined) await saveReferral(tx, { ...referral, usedBy: id })
}

interface Confirming {
  readonly rules: FilingRules
  readonly actor: string
  readonly at: Temporal.Instant
  readonly reason?: string | null
}

/** Keeps that a filing is confirmed, and asks for a networked card where the rules say so. */
async function tellConfirmed(tx: Tx, filing: Filing, { rules, actor, at, reason = null }: Confirming): Promise<void> {
  await record(tx, filing, { action: 'CONFIRMED', actor, at, reason })
  if (rules.networkedCard[kindOf(filing)] !== 'ON_CONFIRMATION') return
  const asked = { ...filing, cardRequestedAt: at }
  await saveFiling(tx, asked)
  await record(tx, asked, { action: 'CARD_REQUESTED', actor: BY_RULE, at })
  await tellStaff(tx, asked, filing.pool, 'filing.card-wanted', at)
}

/** Confirms a filing that waited, after looking again at what may have changed meanwhile. @throws NotAllowed */
export async function confirmWaiting(
  tx: Tx,
  confirmed: Filing,
  { rulebook, ...confirming }: Omit<Confirming, 'rules'> & { readonly rulebook: Rulebook },
): Promise<void> {
  const { insuredId, insuranceType, beginOn } = confirmed
  const { at, actor } = confirming
  const first = before(beginOn, dayOf(at)) ? dayOf(at) : beginOn
  const asking = { insuredId, actor, at, beginOn: first.toString(), insuranceType }
  const applicant = await findApplicant(tx, rulebook, asking)
  const { coverage, rules } = applicant
  if (coverage.pool !== confirmed.pool) {
    throw NotAllowed.at('filingId', 'NOT_COVERED', {
      zh: '参保关系已转出',
      en: 'is of a person no longer covered here',
    })
  }
  const others = applicant.existing.filter(({ id }) => id !== confirmed.id && id !== confirmed.replaces)
  checkTerms(confirmed, { coverage, rules, existing: others, now: at })

  await endReplaced(tx, confirmed, applicant)
  await saveFiling(tx, confirmed)
  await tellConfirmed(tx, confirmed, { rules, ...confirming })
}

/** Ends what a confirmed filing takes the place of: what it changes, and a temporary stay where one now resides. */
async function endReplaced(tx: Tx, fresh: Filing, { existing, actor, at }: Applicant): Promise<void> {
  if (fresh.stage !== 'CONFIRMED') return
  const ended = existing.filter((old) => old.id !== fresh.id && old.stage === 'CONFIRMED' && isEnded(old, fresh))
  for (const old of ended) {
    const after = replacedBy(old, fresh, at)
    await saveFiling(tx, after)
    await record(tx, after, { action: 'REPLACED', actor, at })
  }
}

const isEnded = (old: Filing, fresh: Filing): boolean =>
  shareADay(old, fresh) &&
  (old.id === fresh.replaces ||
    (fresh.type === 'LONG_TERM' && old.type !== 'LONG_TERM' && touches(old.destination, fresh.destination)))
