import { addWorkingDays, type CountedDay } from '@yibao/schema/working-days'
import { dayOf } from '@yibao/schema/dates'
import { InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Claim, ClaimCause, ClaimContent, ClaimPaper, ClaimPaperGiven } from '../domain/claim.ts'
import { checkDays, checkPlace } from '../domain/claim-check.ts'
import {
  claimKindOf,
  isEmergency,
  isTrauma,
  placeOfClaim,
  type ClaimCase,
  type ClaimFacts,
  type Condition,
} from '../domain/claim-condition.ts'
import { lastDayToClaim, papersOf, type ClaimKind, type PaperRule } from '../domain/claim-rules.ts'
import { careKindOf } from '../domain/care-type.ts'
import { Fields, type Maybe } from '../domain/fields.ts'
import { findLatestAccount } from '../store/claim-account.ts'
import { isCertified } from '../store/claim-certificate.ts'
import { caseOfClaim, readAreas, readClaimFacts } from './claim-case.ts'
import { claimantOf, insuredOf, requireOfPool } from './claim-draft.ts'
import { allConditions } from './claim-policy.ts'

/** Care of which somebody wants to know whether it is paid. */
export interface ConditionsAsked {
  readonly insuredId?: Maybe<string>
  readonly insuranceType?: Maybe<string>
  readonly careType: string
  readonly emergency?: Maybe<boolean>
  readonly trauma?: Maybe<boolean>
  readonly birthType?: Maybe<string>
  readonly disease?: Maybe<string>
  readonly begin: string
  readonly end: string
  readonly place: ClaimContent['place']
  readonly cause?: Maybe<ClaimCause>
  readonly exclusions?: Maybe<readonly string[]>
}

/** What a claim would need, and whether it would be paid. */
export interface ClaimConditions {
  readonly facts: ClaimFacts
  readonly kind: ClaimKind | null
  readonly conditions: readonly Condition[]
  readonly papers: readonly PaperRule[]
  readonly lastDay: Temporal.PlainDate
  /** By which day it would be decided if it were submitted now, and paid at the latest after that. */
  readonly decidedBy: CountedDay
}

/** Says of care whether it can be claimed, with which papers, and how long that takes; nothing is kept. */
export async function readConditions(context: Context, asked: ConditionsAsked): Promise<ClaimConditions> {
  const identity = claimantOf(context)
  const at = context.now()
  const fields = new Fields([], 'input.')
  const place = checkPlace(fields.within('place'), asked.place)
  const days = checkDays(fields, asked, dayOf(at))
  const disease = fields.optional('disease', asked.disease, { max: 30, ascii: true })
  if (careKindOf(asked.careType) === null)
    fields.fault('careType', 'UNKNOWN_CODE', { zh: '不是有效的医疗类别', en: 'is not a known care type' })
  fields.check()
  const insuredId = insuredOf(identity, asked.insuredId)
  const tx = context.db.orm
  await requireOfPool(tx, identity, insuredId)
  const one: ClaimCase = {
    careType: asked.careType,
    emergency: asked.emergency ?? false,
    trauma: asked.trauma ?? false,
    birthType: asked.birthType ?? null,
    disease,
    cause: asked.cause ?? null,
    ...days,
    place,
    exclusions: asked.exclusions ?? [],
  }
  const areaOf = await readAreas(context)
  const insuranceType = asked.insuranceType ?? null
  const facts = await readClaimFacts(tx, one, { insuredId, insuranceType, areaOf, at })
  // It says what the person is ill with, where care is chronic.
  context.noteRead(insuredId, 'claimConditions')
  return {
    facts,
    kind: claimKindOf(one, facts.rules),
    conditions: await allConditions(context, one, { facts, insuredId }),
    papers: checklistOf(one, facts),
    lastDay: lastDayToClaim(facts.rules, days.end),
    decidedBy: addWorkingDays(facts.today, facts.rules.decision.workingDays),
  }
}

/** The papers this care needs; none while its care type is not claimed. */
export function checklistOf(one: ClaimCase, facts: ClaimFacts): PaperRule[] {
  const kind = claimKindOf(one, facts.rules)
  if (kind === null) return []
  return papersOf(facts.rules, {
    kind,
    emergency: isEmergency(one),
    trauma: isTrauma(one),
    place: placeOfClaim(one, facts),
    cause: one.cause,
    employed: facts.employer !== null,
  })
}

/** Whether what a rule asks for is there. */
export function isGiven(
  { kind, need }: PaperRule,
  papers: readonly ClaimPaperGiven[],
  { certified, account }: { readonly certified: boolean; readonly account: boolean },
): boolean {
  const given = papers.filter((one) => one.kind === kind)
  switch (need) {
    case 'REQUIRED':
      return given.some(({ document }) => document !== null)
    case 'OR_PROMISE':
      return given.some(({ document, promise }) => document !== null || promise)
    case 'EMPLOYER':
      return certified
    case 'ACCOUNT':
      return account
    case 'KNOWN':
      return true
  }
}

/** A paper of the checklist of a claim. */
export interface ChecklistItem {
  readonly rule: PaperRule
  readonly facts: ClaimFacts
  readonly kind: ClaimPaper
  readonly isGiven: boolean
}

/** The checklist of a claim as it stands; null while it does not say where and when the care was, or nothing covers it. */
export async function checklistOfClaim(context: Context, claim: Claim): Promise<ChecklistItem[] | null> {
  try {
    return await readChecklist(context, claim)
  } catch (fault) {
    if (fault instanceof InvalidInput || fault instanceof NotAllowed) return null
    throw fault
  }
}

async function readChecklist(context: Context, claim: Claim): Promise<ChecklistItem[]> {
  const { content, insuredId, insuranceType } = claim
  const at = context.now()
  const one = caseOfClaim(claim, dayOf(at))
  const tx = context.db.orm
  const areaOf = await readAreas(context)
  const facts = await readClaimFacts(tx, one, { insuredId, insuranceType, areaOf, at })
  const certified = await isCertified(tx, claim, { ...one, employer: facts.employer })
  const account = (await findLatestAccount(tx, claim.id)) !== null
  return checklistOf(one, facts).map((rule) => ({
    rule,
    facts,
    kind: rule.kind,
    isGiven: isGiven(rule, content.papers ?? [], { certified, account }),
  }))
}
